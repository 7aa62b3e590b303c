import { bedStateSchema } from "@kubera-e2e/schema/bed-state";
import { wireErrorSchema } from "@kubera-e2e/schema/error-wire";
import { factSchema, gapSchema } from "@kubera-e2e/schema/evidence";
import { targetSchema } from "@kubera-e2e/schema/target";
import { z } from "zod";

/** What a worker asks for before a test. */
export const joinRequestSchema = z.strictObject({
  /** Playwright's `parallelIndex`: unique among live workers, and taken over by the worker that replaces a crashed one. */
  slot: z.int().min(0),
  /** Absent where any will do in which a Director of the build runs. */
  state: bedStateSchema.optional(),
  build: z.string().min(1),
  /**
   * Whether the test changes the bed beyond its own names; it is then alone on the bed. `true`: the bed is restored after it. `briefly`: it
   * puts right itself what it did, and what it left is asked.
   */
  disturbs: z.union([z.boolean(), z.literal("briefly")]),
  /** What tests have arranged on the bed beyond its state, and share: a word that another arrangement does not have. */
  arranged: z.string().optional(),
  /** Plan id and title, for messages. */
  test: z.string(),
});

/** `dirty`: the test left something behind that its own clean-up could not remove; `failed`: it failed, and the bed shows how. */
export const leaveRequestSchema = z.strictObject({ slot: z.int().min(0), dirty: z.boolean(), failed: z.boolean().default(false) });

const trustSchema = z.union([z.strictObject({ ca: z.string() }), z.strictObject({ pin: z.string() })]);

/** A bed as a worker may use it; `ca` is PEM. */
export const joinedBedSchema = z.object({
  bed: z.string(),
  target: targetSchema,
  /** `bare`, `director@1.12.0`. */
  state: z.string(),
  build: z.string(),
  clusters: z.array(z.object({ name: z.string(), role: z.enum(["server", "member"]), kubeconfig: z.string(), nodes: z.array(z.string()) })),
  director: z.object({
    url: z.string(),
    namespace: z.string(),
    trust: trustSchema.optional(),
    username: z.string(),
    password: z.string(),
  }),
  registry: z.object({ url: z.string(), trust: trustSchema.optional() }),
  /** Milliseconds for each interval of the bed's file. */
  intervals: z.record(z.string(), z.number()),
  /** How often this run has restored the bed so far: sessions of before are gone with what it held. */
  restores: z.int(),
  /** How long this join restored; 0 when the bed was in the state already. */
  restoredMs: z.number(),
  /** How long this join waited for others to leave. */
  waitedMs: z.number(),
});

/** Events that were last seen inside a window; `to` is now when it is absent. */
export const eventsRequestSchema = z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime().optional() });

/** The power of one node's VM, for a test that has the bed for itself. */
export const powerRequestSchema = z.strictObject({
  slot: z.int().min(0),
  cluster: z.string().min(1),
  node: z.string().min(1),
  to: z.enum(["on", "off"]),
});

/** Events of all clusters since a moment; a cluster whose events could not be read is a gap. */
export const eventsAnswerSchema = z.object({ facts: z.array(factSchema), gaps: z.array(gapSchema) });

/** The first line of a worker. */
export const greetingSchema = z.strictObject({ token: z.string() });

/** What a worker has learned and must not be told on: passwords it was given, sessions and keys it got. */
const secretsRequestSchema = z.array(z.string());

const id = z.int().min(1);

/** Every later line of a worker; `cancel` ends the waiting of the question with its id. */
export const questionSchema = z.discriminatedUnion("ask", [
  z.strictObject({ id, ask: z.literal("join"), of: joinRequestSchema }),
  z.strictObject({ id, ask: z.literal("leave"), of: leaveRequestSchema }),
  z.strictObject({ id, ask: z.literal("events"), of: eventsRequestSchema }),
  z.strictObject({ id, ask: z.literal("power"), of: powerRequestSchema }),
  z.strictObject({ id, ask: z.literal("secrets"), of: secretsRequestSchema }),
  z.strictObject({ id, ask: z.literal("cancel") }),
]);

/**
 * Every line of the run process; `refused` is its last. Two answer no question: `lost`, the bed is, or may soon be, somebody else's,
 * and `holds`, until when it surely is not.
 */
export const runAnswerSchema = z.union([
  z.object({ holds: z.object({ leftMs: z.number(), wallMs: z.number() }) }),
  z.object({ lost: wireErrorSchema }),
  z.object({ id, error: wireErrorSchema }),
  z.object({ id, answer: z.unknown() }),
  z.object({ refused: z.string() }),
]);

/** A question as the worker states it; its connection gives it an id. */
export type RunQuestion =
  | { readonly ask: "join"; readonly of: JoinRequest }
  | { readonly ask: "leave"; readonly of: LeaveRequest }
  | { readonly ask: "events"; readonly of: z.infer<typeof eventsRequestSchema> }
  | { readonly ask: "power"; readonly of: PowerRequest }
  | { readonly ask: "secrets"; readonly of: readonly string[] };

export type RunAnswer = z.infer<typeof runAnswerSchema>;
export type LeaveRequest = z.input<typeof leaveRequestSchema>;
export type PowerRequest = z.infer<typeof powerRequestSchema>;
export type JoinRequest = z.infer<typeof joinRequestSchema>;
export type JoinedBed = z.infer<typeof joinedBedSchema>;
export type EventsAnswer = z.infer<typeof eventsAnswerSchema>;
