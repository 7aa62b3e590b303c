import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { EtcdData } from "../../datacenter/disk.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { Json, KubeObject } from "../kube-object.ts";
import type { CommandEnd } from "../program.ts";
import type { Authorizer } from "../rbac/authorizer.ts";
import type { User } from "../rbac/request-attributes.ts";
import type { ServiceAccountTokens } from "../rbac/service-account-tokens.ts";

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  /** Only lines since this moment, in milliseconds since the epoch. */
  readonly sinceMs?: number;
  /** Aborts when the client goes; a followed log must end then. */
  readonly signal: AbortSignal;
}

/** What the API server asks kubelets for. Refusals are `ApiStatusError`s. */
export interface KubeletPort {
  /** Lines of a container's log, without line ends; with `follow` it ends when the container ends. */
  logs(pod: KubeObject, container: string, options: LogOptions): Iterable<string> | AsyncIterable<string>;
  /** Runs a command in a container; an error's message is the kubelet's or the runtime's. */
  exec(pod: KubeObject, container: string, command: readonly string[]): CommandEnd | Promise<CommandEnd>;
  /** The kubelet's `/stats/summary`; undefined when the node does not answer. */
  statsSummary(node: string): Json | undefined | Promise<Json | undefined>;
}

/** One API server process: it begins with a boot of its machine and ends with its power. */
export interface ApiProcess {
  readonly store: EtcdStore;
  readonly etcd: EtcdData;
  readonly kubelets: KubeletPort;
  readonly authorizer: Authorizer;
  readonly accounts: ServiceAccountTokens;
  readonly now: () => number;
  readonly bookmarkIntervalMs: number;
  /** Gets a line for every request that the simulator refuses because it does not know it. */
  readonly log: (line: string) => void;
}

/** The connection of a request that wants to go on in another protocol. */
export interface Upgrade {
  readonly socket: Duplex;
  /** What came behind the request already. */
  readonly head: Buffer;
}

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly segments: readonly string[];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly upgrade: Upgrade | undefined;
  readonly process: ApiProcess;
  /** Who asks, or whom they act as. */
  readonly user: User;
}

export interface Answer {
  readonly code: number;
  readonly body: string | Buffer;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `streamed`: the handler has taken the response over. */
export type Outcome = Answer | "streamed";

export const json = (body: unknown, code = 200): Answer => ({ code, body: `${JSON.stringify(body)}\n` });

export const isTrue = (value: string | null): boolean => value === "true" || value === "1";
