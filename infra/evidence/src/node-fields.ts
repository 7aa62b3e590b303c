import { isoTime } from "./fact-data.ts";

export interface RawNode {
  readonly metadata?: { readonly name?: string; readonly uid?: string };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly nodeInfo?: { readonly bootID?: string; readonly kubeletVersion?: string };
  };
}

const conditionFields = (node: RawNode): Record<string, string | undefined> =>
  Object.fromEntries(
    (node.status?.conditions ?? []).flatMap((condition) => [
      [`${condition.type}.status`, condition.status],
      [`${condition.type}.reason`, condition.reason],
      [`${condition.type}.message`, condition.message],
      [`${condition.type}.lastTransitionTime`, isoTime(condition.lastTransitionTime)],
    ]),
  );

export const taintsOf = (node: RawNode): string =>
  (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value === undefined ? "" : `=${value}`}:${effect}`).join(",");

/** A node's conditions, boot, taints and whether it takes pods. */
export const nodeFields = (node: RawNode): Record<string, string | boolean | undefined> => ({
  ...conditionFields(node),
  "nodeInfo.bootID": node.status?.nodeInfo?.bootID,
  "nodeInfo.kubeletVersion": node.status?.nodeInfo?.kubeletVersion,
  unschedulable: node.spec?.unschedulable ?? false,
  taints: taintsOf(node),
});

/** Where a node is. */
export const nodePlace = (where: { readonly bed: string; readonly cluster: string }, { metadata }: RawNode) => ({
  ...where,
  node: metadata?.name ?? "",
  kind: "Node",
  name: metadata?.name ?? "",
});
