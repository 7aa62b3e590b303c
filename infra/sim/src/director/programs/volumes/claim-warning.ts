import { randomBytes } from "node:crypto";
import { kubeTime } from "../../../kubernetes/object-birth.ts";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { textAt } from "../../json.ts";

const REASON = "ProvisioningFailed";

/** Tells once per claim and message why it has no volume. */
export const warnOf = ({ store, time }: ProgramContext, claim: KubeObject, message: string): void => {
  const { name, namespace = "", uid } = claim.metadata;
  const resource = store.resource("Event");
  const isTold = store
    .list(resource, namespace)
    .some((event) => textAt(event, "involvedObject", "uid") === uid && textAt(event, "message") === message);
  if (isTold) return;
  const now = kubeTime(time.now());
  store.create(resource, {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.${randomBytes(8).toString("hex")}`, namespace },
    involvedObject: { kind: claim.kind, apiVersion: claim.apiVersion, namespace, name, uid },
    type: "Warning",
    reason: REASON,
    message,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: "openebs.io/local_openebs-localpv-provisioner" },
  });
};
