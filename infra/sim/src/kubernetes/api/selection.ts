import type { KubeObject } from "../kube-object.ts";
import { fieldSelector } from "../selectors/field-selector.ts";
import { labelSelector } from "../selectors/label-selector.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";

/** Which objects of a kind a list, watch or deletecollection is about. Errors: 400 for selectors that do not parse. */
export const selectionOf = (call: Call, target: Target): ((object: KubeObject) => boolean) => {
  const query = call.url.searchParams;
  const byLabels = labelSelector(query.get("labelSelector") ?? "");
  const byFields = fieldSelector(target.resource, query.get("fieldSelector") ?? "");
  const { namespace, name } = target;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    byLabels(object.metadata.labels) &&
    byFields(object);
};
