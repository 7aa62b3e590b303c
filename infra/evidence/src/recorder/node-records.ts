import type { Fact } from "@kubera-e2e/schema/evidence";
import { fields, scope } from "../fact-data.ts";
import { nodeFields, nodePlace, taintsOf, type RawNode } from "../node-fields.ts";
import { changedSides, conditionSides, type Sides } from "./changed-fields.ts";
import { Changes, type Where } from "./changes.ts";

const sidesOf = (node: RawNode): Sides => ({
  ...conditionSides(node.status?.conditions),
  boot: node.status?.nodeInfo?.bootID,
  kubelet: node.status?.nodeInfo?.kubeletVersion,
  unschedulable: node.spec?.unschedulable === true ? "yes" : undefined,
  taints: taintsOf(node) || undefined,
});

/** Facts about nodes that have changed: conditions, taints, boots, whether they take pods; no heartbeats. */
export class NodeRecords {
  readonly #where: Where;
  readonly #changes = new Changes();

  constructor(where: Where) {
    this.#where = where;
  }

  take(type: "ADDED" | "MODIFIED" | "DELETED", object: object, at: string): Fact[] {
    const node: RawNode = object;
    const key = node.metadata?.name ?? "";
    const base = { kind: "kubernetes.node-change" as const, at, scope: scope(nodePlace(this.#where, node)) };
    if (type === "DELETED") {
      this.#changes.forget(key);
      return [{ ...base, data: { change: "deleted" } }];
    }
    const sides = sidesOf(node);
    const before = this.#changes.replace(key, "", sides);
    const changed = changedSides(before, sides);
    if (changed.length === 0) return [];
    const isReboot = before?.["boot"] !== undefined && before["boot"] !== sides["boot"];
    const bootBefore = isReboot ? before["boot"] : undefined;
    return [{ ...base, data: fields({ ...nodeFields(node), change: changed.join(", "), "bootID.before": bootBefore }) }];
  }
}
