import { never, notYet, type Observation } from "@kubera-e2e/schema/wait-until";
import { KINDS, type Pod, type Workload } from "../kinds.ts";
import type { KubeView } from "../view.ts";
import { observePod } from "./pod-ready.ts";
import type { TerminalOptions } from "./terminal-reason.ts";

/** The pods that a workload's selector chooses. */
const podsOf = (view: KubeView, workload: Pick<Workload, "metadata" | "spec">): Pod[] => {
  const wanted = Object.entries(workload.spec?.selector?.matchLabels ?? {});
  if (wanted.length === 0) return [];
  return view
    .list<Pod>(KINDS.pod, workload.metadata.namespace)
    .filter((pod) => wanted.every(([key, value]) => pod.metadata.labels?.[key] === value));
};

/** Why a workload is not there yet, told by the worst of its pods; terminal when one of them is hopeless. */
export const blamePods = (
  view: KubeView,
  workload: Workload,
  blame: { readonly counted: string; readonly options: TerminalOptions | undefined },
): Observation<never> => {
  const troubles = podsOf(view, workload)
    .map((pod) => observePod(pod, view.nowMs, blame.options))
    .filter((seen) => !seen.done);
  const hopeless = troubles.find((seen) => seen.terminal === true);
  if (hopeless !== undefined) return never(`${blame.counted}; ${hopeless.because}`);
  const [first] = troubles;
  return notYet(first === undefined ? blame.counted : `${blame.counted}; ${first.because}`);
};
