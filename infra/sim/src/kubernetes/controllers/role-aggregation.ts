import type { KubeObject } from "../kube-object.ts";
import type { StoreEvent } from "../store.ts";
import type { LabelSelector } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { selects } from "./selectors.ts";

type ClusterRole = KubeObject & {
  readonly rules?: readonly unknown[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
};

/** Writes into roles with an aggregation rule what the roles they select allow. */
export class RoleAggregation implements Controller {
  readonly name = "clusterrole-aggregation-controller";
  readonly #view: ClusterView;

  constructor(view: ClusterView) {
    this.#view = view;
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind !== "ClusterRole") return [];
    return this.#roles()
      .filter(({ aggregationRule }) => aggregationRule !== undefined)
      .map(keyOf);
  }

  reconcile(key: string): undefined {
    const { name } = splitKey(key);
    const role: ClusterRole | undefined = this.#view.get("ClusterRole", undefined, name);
    const selectors = role?.aggregationRule?.clusterRoleSelectors;
    if (role === undefined || selectors === undefined) return;
    const sources = selectors.flatMap((selector) =>
      this.#roles().filter(({ metadata }) => metadata.name !== name && selects(selector, metadata.labels)),
    );
    const texts = new Set(sources.flatMap(({ rules = [] }) => rules.map((rule) => JSON.stringify(rule))));
    this.#view.update("ClusterRole", { ...role, rules: [...texts].map((text) => JSON.parse(text) as unknown) });
  }

  #roles(): readonly ClusterRole[] {
    return this.#view.list("ClusterRole") as readonly ClusterRole[];
  }
}
