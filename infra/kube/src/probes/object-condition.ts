import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { since } from "../since.ts";
import { conditionOf, type Condition } from "../kinds.ts";
import type { KubeObject, ObjectRef } from "../kube-client.ts";
import { nameOf, type KubeProbe } from "../view.ts";

export interface WantedCondition {
  readonly type: string;
  /** Default `True`. */
  readonly status?: "True" | "False" | "Unknown";
  /** Default: it does not matter. */
  readonly reason?: string;
}

interface Conditioned extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly generation?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly (Condition & { readonly observedGeneration?: number })[];
  };
}

/** Whether a condition speaks of an earlier form of the object; controllers that do not say are believed. */
const isOutdated = ({ metadata, status }: Conditioned, type: string): boolean => {
  const condition = status?.conditions?.find((one) => one.type === type);
  const observed = condition?.observedGeneration ?? status?.observedGeneration;
  return observed !== undefined && observed < (metadata.generation ?? 0);
};

const describe = ({ type, status, reason, message, lastTransitionTime }: Condition, nowMs: number): string => {
  const at = since(lastTransitionTime, nowMs);
  const told = [reason, message].filter(Boolean).join(": ");
  return `${type} is ${status}${at === undefined ? "" : ` since ${at}`}${told === "" ? "" : ` (${told})`}`;
};

/** An object of any kind has a condition in the wanted status. */
export const objectCondition = (ref: ObjectRef, wanted: WantedCondition): KubeProbe<KubeObject> => {
  const { type, status = "True", reason } = wanted;
  return {
    what: `${ref.kind} ${nameOf(ref)} has ${type}=${status}${reason === undefined ? "" : ` (${reason})`}`,
    kinds: [{ apiVersion: ref.apiVersion, kind: ref.kind, ...(ref.namespace !== undefined && { namespace: ref.namespace }) }],
    about: ref,
    probe: (view) => {
      const object = view.get<Conditioned>(ref);
      if (object === undefined) return notYet(`there is no such ${ref.kind}`);
      const condition = conditionOf(object, type);
      if (condition === undefined) {
        const others = (object.status?.conditions ?? []).map((one) => one.type);
        return notYet(`it has no condition ${type}${others.length === 0 ? "" : `, only ${others.join(", ")}`}`);
      }
      if (isOutdated(object, type)) return notYet("its controller has not seen its newest form yet");
      const isIt = condition.status === status && (reason === undefined || condition.reason === reason);
      return isIt ? reached(object) : notYet(describe(condition, view.nowMs));
    },
  };
};
