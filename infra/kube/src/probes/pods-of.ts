import { never, notYet, type Observation } from "@kubera-e2e/schema/wait-until";
import { KINDS, type Pod, type Workload } from "../kinds.ts";
import type { KubeView } from "../view.ts";
import { newestForm } from "./newest-form.ts";
import { observePod } from "./pod-ready.ts";
import { refusedPods } from "./refused-pods.ts";
import type { TerminalOptions } from "./terminal-reason.ts";

/** The pods of a namespace that carry all labels; none for no labels. */
export const podsWith = (view: KubeView, namespace: string | undefined, labels: Readonly<Record<string, string>>): Pod[] => {
  const wanted = Object.entries(labels);
  if (wanted.length === 0) return [];
  return view.list<Pod>(KINDS.pod, namespace).filter((pod) => wanted.every(([key, value]) => pod.metadata.labels?.[key] === value));
};

/** The pods that a workload's selector chooses. */
export const podsOf = (view: KubeView, { metadata, spec }: Pick<Workload, "metadata" | "spec">): Pod[] =>
  podsWith(view, metadata.namespace, spec?.selector?.matchLabels ?? {});

/** Why a workload is not there yet, told by the worst of its pods, or by why it has none; terminal when that stays. */
export const blamePods = (
  view: KubeView,
  workload: Workload,
  blame: { readonly counted: string; readonly options: TerminalOptions | undefined },
): Observation<never> => {
  const pods = podsOf(view, workload);
  const isNewest = newestForm(view, workload, pods);
  const troubles = pods.flatMap((pod) => {
    const seen = observePod(view, pod, blame.options);
    return seen.done ? [] : [{ ...seen, isNewest: isNewest(pod) }];
  });
  const hopeless = troubles.find((seen) => seen.terminal === true && seen.isNewest);
  if (hopeless !== undefined) return never(`${blame.counted}; ${hopeless.because}`);
  const refused = refusedPods(view, workload, blame.options);
  if (refused !== undefined) return (refused.lasting ? never : notYet)(`${blame.counted}; its pods are refused: ${refused.message}`);
  const first = troubles.find((seen) => seen.isNewest) ?? troubles[0];
  return notYet(first === undefined ? blame.counted : `${blame.counted}; ${first.because}`);
};
