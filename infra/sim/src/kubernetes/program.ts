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

/**
 * What runs in containers of one image. `start` returns how it is going: `ready` is asked by the kubelet's readiness
 * probe, `ended` resolves if it ends by itself (a server never does).
 */
export interface Program {
  start(context: ProgramContext): { readonly ready: () => boolean; readonly ended?: Promise<ProgramEnd> };
}

/** Programs by repository without registry and tag: `mayadata/maya-io-server`. Unknown images run a server that is ready after a second. */
export type Programs = ReadonlyMap<string, Program>;
