import type { Machine } from "../datacenter/machine.ts";
import type { SimTime } from "../datacenter/sim-time.ts";
import type { KubeObject } from "./kube-object.ts";
import type { Store } from "./store.ts";

/** What a container may see of the world around it. */
export interface ProgramContext {
  readonly cluster: string;
  readonly store: Store;
  readonly pod: KubeObject;
  readonly container: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly machine: Machine;
  readonly time: SimTime;
  /** Aborts when the container ends, for whatever reason. */
  readonly signal: AbortSignal;
  /** Data of the persistent volume claimed under this name by the pod; undefined when it has none or it is empty. */
  readVolume(claim: string): unknown;
  writeVolume(claim: string, data: unknown): void;
  log(line: string): void;
}

/** How a container ended: exit code 0 completes an init container or a Job's pod. */
export interface ProgramEnd {
  readonly exitCode: number;
  readonly message?: string;
}

/** What a command in a container came to. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A program that others may run in the container, by what follows its name; undefined for what the simulator does not know of it. */
export type Command = (args: readonly string[]) => CommandEnd | Promise<CommandEnd> | undefined;

/** By the name under which they are run: `nodetool`, `/guest`. */
export type Commands = Readonly<Record<string, Command>>;

/** A program that runs. */
export interface Running {
  /** Asked by the kubelet's readiness probe. */
  readonly ready: () => boolean;
  /** Resolves if it ends by itself, as a server never does. */
  readonly ended?: Promise<ProgramEnd>;
  readonly commands?: Commands;
}

/** What runs in containers of one image. */
export interface Program {
  start(context: ProgramContext): Running;
}

/** Programs by repository without registry and tag: `mayadata/maya-io-server`. Unknown images run a server that is ready after a second. */
export type Programs = ReadonlyMap<string, Program>;
