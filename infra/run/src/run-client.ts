import { Agent, request, type IncomingMessage } from "node:http";
import { fromWire } from "@kubera-e2e/schema/error-wire";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";
import { eventsAnswerSchema, joinAnswerSchema, type EventsAnswer, type JoinedBed, type JoinRequest } from "./wire.ts";

export type RunAddress = Pick<Settings, "KUBERA_RUN_URL" | "KUBERA_RUN_TOKEN">;

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const noRun = (because: string, cause?: unknown): KuberaError =>
  new KuberaError("INTERNAL", {
    what: "this worker cannot reach the run that should hold its bed",
    where: "KUBERA_RUN_URL and KUBERA_RUN_TOKEN",
    because,
    fix: "Start tests with `pnpm test` or with this repository's playwright.config.ts, whose global set-up starts the run's server.",
    cause,
  });

/** Two connections serve every test of a worker: one that is held while it is on the bed, one for all else. */
const connections = new Agent({ keepAlive: true });

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The answer's first line, which is all of it; a join's answer stays open behind it for as long as the slot is held. */
const firstLine = (response: IncomingMessage, done: (text: string) => void, failed: (error: Error) => void): void => {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    if (!text.includes("\n")) return;
    // A worker must be able to end while it holds a slot.
    response.socket.unref();
    done(text);
  });
  response.once("end", () => done(text));
  response.on("error", failed);
};

/** Node's own client: it has no limit on how long an answer may take, and knows no proxy. */
const send = (address: RunAddress, { method, path, body, signal }: Call): Promise<Answer> => {
  const { KUBERA_RUN_URL: url, KUBERA_RUN_TOKEN: token } = address;
  if (url === undefined || token === undefined) throw noRun("they are not set");
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const cancel = (): void => void call.destroy(new Error("cancelled"));
    const call = request(new URL(path, url), { method, headers, agent: connections }, (response) => {
      const done = (text: string): void => {
        signal?.removeEventListener("abort", cancel);
        resolve({ status: response.statusCode ?? 0, text });
      };
      firstLine(response, done, reject);
    });
    signal?.addEventListener("abort", cancel, { once: true });
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
    if (signal?.aborted === true) cancel();
  });
};

const ask = async (address: RunAddress, call: Call): Promise<unknown> => {
  const { status, text } = await send(address, call).catch((error: unknown) => {
    call.signal?.throwIfAborted();
    throw error instanceof KuberaError ? error : noRun(error instanceof Error ? error.message : String(error), error);
  });
  if (status !== 200) throw noRun(`${call.method} ${call.path} was answered with ${status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
};

/**
 * Joins a slot of the bed in a state; waits for its turn and for the restore, however long they take.
 * The same slot joining again takes over what a crashed worker held.
 *
 * Errors, as the run process threw them: `LEASE_HELD`, `SET_*`, `RESTORE_FAILED` and those of the installs for the test that asked;
 * `BED_BROKEN` at once for every later one; `INTERNAL` when there is no run process.
 */
export const joinSlot = async (address: RunAddress, join: JoinRequest, signal?: AbortSignal): Promise<JoinedBed> => {
  const answer = joinAnswerSchema.parse(await ask(address, { method: "POST", path: "/join", body: join, signal }));
  if ("joined" in answer) return answer.joined;
  throw fromWire(answer.error);
};

export interface Leave {
  readonly slot: number;
  readonly dirty: boolean;
  readonly failed?: boolean;
}

/** Gives a slot back; `dirty` makes the bed be restored before the next test, `failed` may make its state be kept. */
export const leaveSlot = async (address: RunAddress, leave: Leave): Promise<void> => {
  await ask(address, { method: "POST", path: "/leave", body: leave });
};

/** Events of all clusters that were last seen inside the window, from the run's own streams; `to` defaults to now. */
export const fetchEvents = async (
  address: RunAddress,
  window: { readonly from: Date; readonly to?: Date },
  signal?: AbortSignal,
): Promise<EventsAnswer> => {
  const query = new URLSearchParams({ from: window.from.toISOString(), ...(window.to && { to: window.to.toISOString() }) });
  return eventsAnswerSchema.parse(await ask(address, { method: "GET", path: `/events?${query.toString()}`, signal }));
};
