import { firstLine } from "@kubera-e2e/schema/first-line";
import { randomBytes } from "node:crypto";
import type { DirectorClient } from "../director-client.ts";
import { clusterProbes } from "./cluster-probes.ts";
import { envelopeProbes } from "./envelope-probes.ts";
import { inventoryProbes } from "./inventory-probes.ts";
import { observeProbes } from "./observe-probes.ts";
import { OUT_OF_REACH } from "./out-of-reach.ts";
import { peopleProbes } from "./people-probes.ts";
import { poolProbes } from "./pool-probes.ts";
import type { Observation, Person, Place, Probe } from "./probe.ts";
import { sessionProbes } from "./session-probes.ts";
import { teamProbes } from "./team-probes.ts";

export interface AskOptions {
  readonly visitor: DirectorClient;
  readonly admin: DirectorClient;
  readonly adminName: string;
  /** Whether accounts, invitations and clusters of its own may be made. */
  readonly write: boolean;
  /** Ids of infra/sim/assumptions.yaml, in the order in which they are answered. */
  readonly ids: readonly string[];
  readonly onAnswer?: (answer: AssumptionAnswer) => void;
}

export interface AssumptionAnswer {
  readonly id: string;
  readonly verdict: "confirmed" | "refuted" | "untried";
  readonly observations: readonly Observation[];
  /** Of what was not tried. */
  readonly because?: string;
  /** It was to be asked, and the asking went wrong. */
  readonly failed?: true;
}

export interface Asking {
  readonly answers: readonly AssumptionAnswer[];
  /** E-mail addresses of accounts that were signed up, and stay. */
  readonly signedUp: readonly string[];
}

const PROBES: ReadonlyMap<string, Probe> = new Map(
  [envelopeProbes, sessionProbes, peopleProbes, teamProbes, clusterProbes, inventoryProbes, poolProbes, observeProbes]
    .flat()
    .map((probe) => [probe.id, probe]),
);

/** Unique, and as strong as every rule that is known asks for. */
const newPerson = async (visitor: DirectorClient, signedUp: string[]): Promise<Person> => {
  const email = `e2e-contract-${randomBytes(6).toString("hex")}@example.org`;
  const password = `Ask1!${randomBytes(6).toString("hex")}`;
  const director = await visitor.signUp({ firstName: "Contract", lastName: "Probe", email, password });
  signedUp.push(email);
  const group = await director.projectGroup();
  return { director, id: director.session?.accountId ?? "", email, password, group };
};

const untried = (id: string, because: string): AssumptionAnswer => ({ id, verdict: "untried", observations: [], because });

const askOne = async (id: string, place: Place, write: boolean): Promise<AssumptionAnswer> => {
  const probe = PROBES.get(id);
  if (probe === undefined) return untried(id, OUT_OF_REACH[id] ?? "nobody has written how to ask it");
  if (probe.writes && !write) return untried(id, "the question makes accounts or clusters of its own: add --write");
  try {
    const observations = await probe.ask(place);
    if (observations.length === 0) return untried(id, "there was nothing to ask about: no cluster is connected, or it has no devices");
    return { id, verdict: observations.every(({ holds }) => holds) ? "confirmed" : "refuted", observations };
  } catch (error) {
    return { ...untried(id, `the question could not be asked: ${firstLine(error)}`), failed: true };
  }
};

/** Asks a Director one assumption after the other, so that no answer disturbs another. What cannot be asked is untried, with the reason. */
export const askDirector = async ({ visitor, admin, adminName, write, ids, onAnswer }: AskOptions): Promise<Asking> => {
  const signedUp: string[] = [];
  const place: Place = { visitor, admin, adminName, newPerson: () => newPerson(visitor, signedUp) };
  const answers: AssumptionAnswer[] = [];
  for (const id of ids) {
    const answer = await askOne(id, place, write);
    answers.push(answer);
    onAnswer?.(answer);
  }
  return { answers, signedUp };
};

/** Whether somebody has written how to ask an assumption, or why it cannot be asked. */
export const isConsidered = (id: string): boolean => PROBES.has(id) || Object.hasOwn(OUT_OF_REACH, id);
