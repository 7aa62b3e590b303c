import { never, notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { KINDS, type Claim, type KubeEvent, type StorageClass } from "../kinds.ts";
import { isOfThisBirth, objectOfEvent, tellingEvent } from "../telling-event.ts";
import { nameOf, type KubeProbe, type KubeView } from "../view.ts";

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

/** What the class of a pending claim has to do with it. */
const aboutClass = (view: KubeView, claim: Claim): string => {
  const classes = view.list<StorageClass>(KINDS.storageClass);
  const name =
    claim.spec?.storageClassName ?? classes.find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true")?.metadata.name;
  if (name === undefined) return "it names no class, and the cluster has no default one";
  if (name === "") return "it wants no class, and no volume by hand fits it";
  const found = classes.find(({ metadata }) => metadata.name === name);
  if (found === undefined) return classes.length === 0 ? `class ${name}` : `its class ${name} does not exist`;
  return found.volumeBindingMode === "WaitForFirstConsumer"
    ? `class ${name} waits until a pod that uses it has found a node`
    : `class ${name}`;
};

const aboutEvent = (view: KubeView, claim: Claim): string => {
  const own = view
    .list<KubeEvent>(KINDS.event, claim.metadata.namespace)
    .filter((event) => objectOfEvent(event) === `${claim.kind} ${claim.metadata.name}` && isOfThisBirth(event, claim));
  const event = tellingEvent(own);
  return event === undefined ? "" : `; ${event.reason ?? "event"}: ${(event.message ?? "").trim()}`;
};

const observe = (view: KubeView, claim: Claim): Observation<Claim> => {
  const { phase = "not told yet" } = claim.status ?? {};
  if (claim.metadata.deletionTimestamp !== undefined) return notYet("it is being deleted");
  if (phase === "Bound") return reached(claim);
  if (phase === "Lost") return never(`its phase is Lost: the volume ${claim.spec?.volumeName ?? "it was bound to"} is gone`);
  return notYet(`its phase is ${phase}: ${aboutClass(view, claim)}${aboutEvent(view, claim)}`);
};

/** PersistentVolumeClaim `namespace/name` is Bound; a Lost one never will be. While it is Pending, its class and its most telling event are named. */
export const claimBound = (ref: { readonly namespace: string; readonly name: string }): KubeProbe<Claim> => ({
  what: `PersistentVolumeClaim ${nameOf(ref)} is bound`,
  kinds: [
    { ...KINDS.claim, namespace: ref.namespace },
    { ...KINDS.event, namespace: ref.namespace, optional: true },
    { ...KINDS.storageClass, optional: true },
  ],
  about: { ...KINDS.claim, ...ref },
  probe: (view) => {
    const claim = view.get<Claim>({ ...KINDS.claim, ...ref });
    return claim === undefined ? notYet("there is no such PersistentVolumeClaim") : observe(view, claim);
  },
});
