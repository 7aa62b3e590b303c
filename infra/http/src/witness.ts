/** An answer to a witness: status 0 when there was none. */
export interface Looked {
  readonly status: number;
  /** Parsed JSON; undefined for anything else. */
  readonly body: unknown;
}

/** A call that may change something, as it is about to be sent. */
export interface PendingChange {
  readonly method: string;
  /** Where it goes, whole; may hold secrets. */
  readonly url: string;
  /** Below the client's base URL, with its query. */
  readonly path: string;
  /** The text that is sent, if it is text. */
  readonly body: string | undefined;
  /** Asks the same server as the same caller, in no transcript; stays usable after the call. Never rejects. */
  readonly look: (path: string) => Promise<Looked>;
}

/** Hears how the call ended; a call without an answer is not told. */
export type WitnessEnd = (answer: Looked) => void;

/** Sees every POST, PUT, PATCH and DELETE before it is sent, which waits for it. Must not reject. */
export type Witness = (change: PendingChange) => Promise<WitnessEnd | undefined>;

/** JSON as a value; undefined for other text. */
export const valueOf = (text: unknown): unknown => {
  if (typeof text !== "string" || text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
