import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, type NamespaceObject } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";

const holders = (namespace: NamespaceObject): string => {
  const told = (namespace.status?.conditions ?? []).filter(({ status }) => status === "True").map(({ message }) => message ?? "");
  const finalizers = [...(namespace.spec?.finalizers ?? []), ...(namespace.metadata.finalizers ?? [])];
  const held = finalizers.length > 0 ? [`held by ${finalizers.length === 1 ? "finalizer" : "finalizers"} ${finalizers.join(", ")}`] : [];
  return [...held, ...told.filter((message) => message !== "")].join("; ");
};

/** The namespace does not exist any more; while it does, what holds it is named. */
export const namespaceGone = (name: string): KubeProbe<true> => ({
  what: `Namespace ${name} is gone`,
  kinds: [KINDS.namespace],
  about: { ...KINDS.namespace, name },
  probe: (view) => {
    const namespace = view.get<NamespaceObject>({ ...KINDS.namespace, name });
    if (namespace === undefined) return reached(true);
    if (namespace.metadata.deletionTimestamp === undefined) return notYet("nobody has asked for its deletion");
    return notYet(`it is Terminating${holders(namespace) === "" ? "" : `: ${holders(namespace)}`}`);
  },
});
