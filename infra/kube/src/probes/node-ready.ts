import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, type KubeNode } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";
import { unreadyNode } from "./node-trouble.ts";

export interface NodesReadyOptions {
  /** Boot ids by node from before the boot that is awaited: a node still carrying its old one has not booted. */
  readonly oldBootIds?: ReadonlyMap<string, string>;
}

/** What keeps one node from counting as ready; undefined when nothing does. */
const nodeTrouble = (node: KubeNode, oldBootId?: string): string | undefined => {
  const bootId = node.status?.nodeInfo?.bootID;
  // Right after a restore the API still shows the nodes Ready from the snapshot; only a new boot id proves the boot.
  if (oldBootId !== undefined && (bootId === undefined || bootId === oldBootId)) return "it still carries its old boot id";
  return unreadyNode(node);
};

/** Every named node is Ready, with a boot id other than its old one where that is given. */
export const nodesReady = (names: readonly string[], options: NodesReadyOptions = {}): KubeProbe<readonly KubeNode[]> => ({
  what: names.length === 1 ? `Node ${names[0] ?? ""} is ready` : `${names.length} nodes are ready`,
  kinds: [KINDS.node],
  probe: (view) => {
    const nodes = names.map((name) => ({ name, node: view.get<KubeNode>({ ...KINDS.node, name }) }));
    const troubles = nodes.flatMap(({ name, node }) => {
      const trouble = node === undefined ? "there is no such node" : nodeTrouble(node, options.oldBootIds?.get(name));
      return trouble === undefined ? [] : [`${name}: ${trouble}`];
    });
    if (troubles.length === 0) return reached(nodes.flatMap(({ node }) => (node === undefined ? [] : [node])));
    return notYet(`${troubles.length} of ${names.length} are not: ${troubles.join("; ")}`);
  },
});
