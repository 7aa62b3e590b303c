import type { DirectorClient } from "../director-client.ts";
import type { DirectorRequest } from "../director-door.ts";
import type { GroupClient } from "../group-client.ts";

/** One thing that was looked at: what an assumption expects of it, and what Director did. */
export interface Observation {
  readonly what: string;
  readonly assumed: string;
  readonly seen: string;
  readonly holds: boolean;
}

/** An account that was signed up for a question; Director has no way to remove it again. */
export interface Person {
  readonly director: DirectorClient;
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly group: GroupClient & { readonly projectId: string };
}

/** The Director that is asked. */
export interface Place {
  readonly visitor: DirectorClient;
  readonly admin: DirectorClient;
  readonly adminName: string;
  readonly newPerson: () => Promise<Person>;
}

/** Asks Director whether one assumption holds. */
export interface Probe {
  /** Of infra/sim/assumptions.yaml. */
  readonly id: string;
  /** Whether it changes anything: accounts, invitations and clusters of its own, never those of others. */
  readonly writes: boolean;
  /** None: there was nothing to look at. */
  ask(place: Place): Promise<readonly Observation[]>;
}

export const observe = (what: string, assumed: string | number | boolean, seen: unknown): Observation => {
  const [wanted, found] = [String(assumed), String(seen)];
  return { what, assumed: wanted, seen: found, holds: wanted === found };
};

const bodyFields = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};

export interface Asked {
  readonly observation: Observation;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Makes a call, and compares the status of its answer. `what` takes the place of method and path. */
export const askStatus = async (
  director: Pick<DirectorClient, "request">,
  request: DirectorRequest & { readonly what?: string },
  assumed: number,
): Promise<Asked> => {
  const { what = `${request.method} ${request.path}`, ...call } = request;
  const { status, body } = await director.request(call);
  return { observation: observe(what, assumed, status), body: bodyFields(body) };
};
