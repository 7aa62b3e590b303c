import { conditionOf, KINDS, type KubeNode } from "../kinds.ts";
import type { KindScope, KubeView } from "../view.ts";

/** For probes that look at pods: whoever may not read nodes has only the pods' own word. */
export const NODES: KindScope = { ...KINDS.node, optional: true };

/** Why a node does not count as ready; undefined when it does. Unknown is not ready: nobody has heard of it for a while. */
export const unreadyNode = (node: KubeNode): string | undefined => {
  const ready = conditionOf(node, "Ready");
  if (ready === undefined) return "it has not told whether it is ready";
  if (ready.status === "True") return undefined;
  return `${ready.reason ?? "not ready"}: ${ready.message ?? `Ready is ${ready.status}`}`;
};

/**
 * Why what a pod says of itself is not to be trusted: its node is away or gone, and so nobody corrects it. Undefined when the node is ready,
 * or no node can be seen.
 */
export const deadNode = (view: KubeView, nodeName: string | undefined): string | undefined => {
  if (nodeName === undefined) return undefined;
  const nodes = view.list<KubeNode>(KINDS.node);
  if (nodes.length === 0) return undefined;
  const node = nodes.find(({ metadata }) => metadata.name === nodeName);
  if (node === undefined) return `its node ${nodeName} does not exist`;
  const trouble = unreadyNode(node);
  return trouble === undefined ? undefined : `its node ${nodeName} is not ready (${trouble})`;
};

const HOST_NAME = "kubernetes.io/hostname";

/** The same for what is named by its host; undefined also when no node of that name can be seen. */
export const deadHost = (view: KubeView, hostName: string | undefined): string | undefined => {
  const node = view
    .list<KubeNode>(KINDS.node)
    .find(({ metadata }) => hostName !== undefined && (metadata.name === hostName || metadata.labels?.[HOST_NAME] === hostName));
  const trouble = node && unreadyNode(node);
  return trouble === undefined ? undefined : `its node ${hostName ?? ""} is not ready (${trouble})`;
};
