import { join } from "node:path";
import type { Clock } from "@kubera-e2e/schema/clock";
import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { statusesOf, type RawPod } from "../pod-fields.ts";
import type { Where } from "./changes.ts";
import { ContainerFollower } from "./container-follower.ts";
import { runOf } from "./container-runs.ts";
import { LogFile } from "./log-file.ts";
import { tellingLines, type StoredLog } from "./log-facts.ts";
import type { ContainerRef, RecordedCluster } from "./recorded-cluster.ts";
import { Turns } from "./turns.ts";

export interface PodLogsOptions {
  readonly where: Where;
  readonly kube: RecordedCluster;
  /** `logs/<namespace>/<pod>/<container>.ndjson` is written below it. */
  readonly folder: string;
  /** How files are named in facts: relative to it. */
  readonly root: string;
  readonly namespaces: readonly string[];
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Connections of one cluster that follow logs. */
const CONNECTIONS = 48;
/** By how much clocks of a cluster may be behind. */
const SKEW_MS = 5000;

interface Followed {
  readonly follower: ContainerFollower;
  readonly pod: string;
}

/** Follows the logs of all containers of some namespaces, each into a file of its own. */
export class PodLogs {
  readonly #options: PodLogsOptions;
  readonly #sinceMs: number;
  readonly #turns = new Turns(CONNECTIONS);
  readonly #followed = new Map<string, Followed>();
  readonly #stored = new Map<string, StoredLog>();
  readonly #running = new Set<Promise<void>>();
  #isAway = false;

  constructor(options: PodLogsOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now() - SKEW_MS;
  }

  take(type: "ADDED" | "MODIFIED" | "DELETED", object: object): void {
    const pod: RawPod = object;
    const { namespace, name, uid = name } = pod.metadata ?? {};
    if (namespace === undefined || name === undefined || uid === undefined || !this.#options.namespaces.includes(namespace)) return;
    if (type === "DELETED") return this.#leave(uid);
    for (const status of statusesOf(pod)) {
      const run = runOf(status);
      if (run === undefined) continue;
      const ref = { namespace, name, container: status.name };
      const followed = this.#followed.get(`${uid}/${status.name}`) ?? this.#begin(ref, { uid, createdAt: pod.metadata?.creationTimestamp });
      followed.follower.update(run);
    }
  }

  /** Whether the API server answers, as the watch of its pods has found. */
  setAway(isAway: boolean): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    if (!isAway) for (const { follower } of this.#followed.values()) follower.serverIsBack();
  }

  /** Containers whose logs cannot be read at present. */
  troubles(): string[] {
    return [...this.#followed.values()].flatMap(({ follower, pod }) =>
      follower.trouble === undefined ? [] : [`${pod}: ${follower.trouble}`],
    );
  }

  /** Why files are not whole. */
  writeTroubles(): string[] {
    return [...this.#stored.values()].flatMap(({ file }) => file.trouble ?? []);
  }

  /** Lines of a window of time that tell of trouble, and the last ones before a container ended. */
  async between(fromMs: number, toMs: number): Promise<Fact[]> {
    const logs = await Promise.all(
      [...this.#stored.values()].map((stored) => tellingLines(stored, { where: this.#options.where, fromMs, toMs })),
    );
    return logs.flat();
  }

  /** Until all that was followed has ended, after the signal, and is written. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    await Promise.all([...this.#stored.values()].map(({ file }) => file.flush()));
  }

  #begin(ref: ContainerRef, { uid, createdAt }: { readonly uid: string; readonly createdAt: string | undefined }): Followed {
    const { kube, clock, signal } = this.#options;
    const wasThere = createdAt === undefined || Date.parse(createdAt) < this.#sinceMs + SKEW_MS;
    const { file } = this.#storeOf(ref);
    const parts = { ref, kube, file, clock, turns: this.#turns, isAway: () => this.#isAway };
    const follower = new ContainerFollower({ ...parts, ...(wasThere && { sinceMs: this.#sinceMs }) });
    const key = `${uid}/${ref.container}`;
    const followed = { follower, pod: `${ref.namespace}/${ref.name}/${ref.container}` };
    this.#followed.set(key, followed);
    const running = follower.run(signal).finally(() => {
      this.#running.delete(running);
      if (this.#followed.get(key) === followed) this.#followed.delete(key);
    });
    this.#running.add(running);
    return followed;
  }

  #storeOf(ref: ContainerRef): StoredLog {
    const { folder, root, redactor, clock } = this.#options;
    const below = join("logs", ref.namespace, ref.name, `${ref.container}.ndjson`);
    const known = this.#stored.get(below);
    if (known !== undefined) return known;
    const stored = { ref, name: join(root, below), file: new LogFile({ path: join(folder, below), redactor, clock }) };
    this.#stored.set(below, stored);
    return stored;
  }

  #leave(uid: string): void {
    for (const [key, { follower }] of this.#followed) if (key.startsWith(`${uid}/`)) follower.leave();
  }
}
