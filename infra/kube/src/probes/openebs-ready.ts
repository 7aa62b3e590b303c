import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import type { Workload } from "../kinds.ts";
import type { KindScope, KubeProbe, KubeView } from "../view.ts";
import { podsOf } from "./pods-of.ts";
import type { TerminalOptions } from "./terminal-reason.ts";
import { workloadReady, type AnyWorkloadRef } from "./workload-ready.ts";

export interface OpenebsRef {
  readonly namespace: string;
  /** The workloads of its control plane and its node agents, as the profile of a release lists them, in the order to wait for. */
  readonly components: readonly Pick<AnyWorkloadRef, "kind" | "name">[];
  /** What the label openebs.io/version of every pod must say; default: it does not matter. */
  readonly version?: string;
}

const VERSION = "openebs.io/version";

const scopeKey = ({ apiVersion, kind, namespace = "" }: KindScope): string => `${apiVersion} ${kind} ${namespace}`;

/** Which pod is of another version than the one that is wanted. */
const otherVersion = (view: KubeView, workload: Workload, version: string | undefined): string | undefined => {
  if (version === undefined) return undefined;
  const odd = podsOf(view, workload).find(
    ({ metadata }) => metadata.deletionTimestamp === undefined && metadata.labels?.[VERSION] !== version,
  );
  return odd && `pod ${odd.metadata.name} is of version ${odd.metadata.labels?.[VERSION] ?? "(no label)"}, and ${version} is wanted`;
};

/** Every component of an OpenEBS is there with all its pods ready, of one version where that is given; the first that is not is named. */
export const openebsReady = ({ namespace, components, version }: OpenebsRef, options?: TerminalOptions): KubeProbe<readonly Workload[]> => {
  const parts = components.map(({ kind, name }) => ({ kind, name, probe: workloadReady({ kind, namespace, name }, options) }));
  const scopes = new Map(parts.flatMap(({ probe }) => probe.kinds).map((scope) => [scopeKey(scope), scope]));
  const observe = (view: KubeView, { probe }: (typeof parts)[number]): Observation<Workload> => {
    const seen = probe.probe(view);
    const odd = seen.done ? otherVersion(view, seen.value, version) : undefined;
    return odd === undefined ? seen : notYet(odd);
  };
  return {
    what: `OpenEBS${version === undefined ? "" : ` ${version}`} of namespace ${namespace} is ready`,
    kinds: [...scopes.values()],
    probe: (view) => {
      const seen = parts.map((part) => ({ part, seen: observe(view, part) }));
      const lacking = seen.flatMap(({ part, seen }) => (seen.done ? [] : [{ part, seen }]));
      const worst = lacking.find(({ seen }) => seen.terminal === true) ?? lacking[0];
      if (worst === undefined) return reached(seen.flatMap(({ seen }) => (seen.done ? [seen.value] : [])));
      const counted = `${parts.length - lacking.length} of ${parts.length} components are ready`;
      return { ...worst.seen, because: `${counted}; ${worst.part.kind} ${worst.part.name}: ${worst.seen.because}` };
    },
  };
};
