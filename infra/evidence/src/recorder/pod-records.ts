import type { Fact } from "@kubera-e2e/schema/evidence";
import { fields, scope } from "../fact-data.ts";
import { containerFields, podFields, podPlace, statusesOf, type ContainerStatus, type RawPod } from "../pod-fields.ts";
import { changedSides, conditionSides, type Sides } from "./changed-fields.ts";
import { Changes, type Where } from "./changes.ts";

const stateOf = ({ state }: ContainerStatus): string | undefined => {
  if (state?.waiting !== undefined) return `waiting (${state.waiting.reason ?? "no reason"})`;
  if (state?.terminated !== undefined)
    return `ended (${state.terminated.reason ?? "no reason"}, exit code ${state.terminated.exitCode ?? "?"})`;
  return state?.running === undefined ? undefined : "running";
};

const restartsOf = ({ restartCount = 0, lastState }: ContainerStatus): string => {
  const { reason, exitCode } = lastState?.terminated ?? {};
  return exitCode === undefined ? `${restartCount}` : `${restartCount} (${reason ?? "no reason"}, exit code ${exitCode})`;
};

const containerSides = (status: ContainerStatus): Sides => ({ state: stateOf(status), restarts: restartsOf(status), image: status.image });

const podSides = (pod: RawPod): Sides => ({
  phase: pod.status?.phase,
  reason: pod.status?.reason,
  node: pod.spec?.nodeName,
  terminating: pod.metadata?.deletionTimestamp === undefined ? undefined : "yes",
  ...conditionSides(pod.status?.conditions),
});

/** One object for the pod, one for each of its containers; what a container tells about its pod would tell it twice. */
const partsOf = (pod: RawPod) => [
  { name: "", sides: podSides(pod), data: podFields(pod), image: undefined },
  ...statusesOf(pod).map((status) => ({
    name: status.name,
    sides: containerSides(status),
    data: { ...podFields(pod), ...containerFields(status) },
    image: status.image,
  })),
];

/** Facts about pods that have changed: phase, conditions, node, the states of containers, and restarts with what ended the run before. */
export class PodRecords {
  readonly #where: Where;
  readonly #changes = new Changes();

  constructor(where: Where) {
    this.#where = where;
  }

  take(type: "ADDED" | "MODIFIED" | "DELETED", object: object, at: string): Fact[] {
    const pod: RawPod = object;
    const key = pod.metadata?.uid ?? `${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""}`;
    const place = podPlace(this.#where, pod);
    const base = { kind: "kubernetes.pod-change" as const, at };
    const changed = this.#changed(key, pod, { ...base, scope: scope(place) });
    if (type !== "DELETED") return changed;
    this.#changes.forget(key);
    const last = pod.status === undefined ? {} : podFields(pod);
    return [...changed, { ...base, scope: scope(place), data: fields({ ...last, change: "deleted" }) }];
  }

  #changed(key: string, pod: RawPod, base: Omit<Fact, "data">): Fact[] {
    // A deletion that only a list shows names the pod and nothing else.
    if (pod.status === undefined) return [];
    return partsOf(pod).flatMap(({ name, sides, data, image }): Fact[] => {
      const changed = changedSides(this.#changes.replace(key, name, sides), sides);
      if (changed.length === 0) return [];
      const change = changed.map((side) => (name === "" ? side : `${name} ${side}`)).join(", ");
      return [{ ...base, scope: { ...base.scope, ...(image !== undefined && { image }) }, data: fields({ ...data, change }) }];
    });
  }
}
