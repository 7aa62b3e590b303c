import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { HOSTNAME, VOLUME_LABEL } from "../../cstor-kinds.ts";
import { listAt, textAt } from "../../json.ts";
import type { Manifest } from "../../kube-apply.ts";
import { CSTOR_TARGET, JIVA_CONTROLLER, JIVA_REPLICA } from "../../volume-state.ts";
import { VERSION_LABEL } from "../../cstor-kinds.ts";
import { imageBeside, tagOf } from "../versioned-workload.ts";
import { volumeNameOf, type WaitingClaim } from "./claims.ts";

interface Part {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly node?: string;
}

/** What a pod of the provisioner's own release needs to run beside it. */
const alike = (pod: KubeObject) => {
  const imagePullSecrets = listAt(pod.spec, "imagePullSecrets");
  const serviceAccountName = textAt(pod.spec, "serviceAccountName");
  return { ...(serviceAccountName !== undefined && { serviceAccountName }), ...(imagePullSecrets.length > 0 && { imagePullSecrets }) };
};

const deployment = ({ context, claim }: WaitingClaim, { name, image, labels: own, node }: Part): Manifest => {
  const labels = {
    [VOLUME_LABEL]: volumeNameOf({ claim }),
    "openebs.io/persistent-volume-claim": claim.metadata.name,
    ...own,
  };
  const versioned = { ...labels, [VERSION_LABEL]: tagOf(context.image) };
  const container = { name: image, image: imageBeside(context.image, image), imagePullPolicy: "IfNotPresent" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: context.pod.metadata.namespace ?? "openebs", labels: versioned },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: versioned },
        spec: { ...alike(context.pod), ...(node !== undefined && { nodeSelector: { [HOSTNAME]: node } }), containers: [container] },
      },
    },
  };
};

/** The one pod through which a cStor volume is served. */
export const cstorTarget = (waiting: WaitingClaim): Manifest =>
  deployment(waiting, {
    name: `${volumeNameOf(waiting)}-target`,
    image: "cstor-volume-manager",
    labels: { app: "cstor-volume-manager", ...CSTOR_TARGET },
  });

export const jivaController = (waiting: WaitingClaim): Manifest =>
  deployment(waiting, { name: `${volumeNameOf(waiting)}-ctrl`, image: "jiva", labels: JIVA_CONTROLLER });

/** One replica, kept to the node that has its data; `number` counts from 1. */
export const jivaReplica = (waiting: WaitingClaim, { number, node }: { readonly number: number; readonly node: string }): Manifest =>
  deployment(waiting, {
    name: `${volumeNameOf(waiting)}-rep-${number}`,
    image: "jiva",
    labels: { ...JIVA_REPLICA, "openebs.io/replica-number": String(number) },
    node,
  });

const PARTS = [CSTOR_TARGET, JIVA_CONTROLLER, JIVA_REPLICA].flatMap((labels) => Object.keys(labels));

/** Targets and replicas go with the volume they serve. */
export const dropOrphans = ({ store }: ProgramContext): void => {
  const resource = store.resource("Deployment");
  for (const { metadata } of store.list(resource)) {
    const volume = metadata.labels?.[VOLUME_LABEL];
    const isPart = PARTS.some((label) => metadata.labels?.[label] !== undefined);
    if (volume === undefined || !isPart || metadata.deletionTimestamp !== undefined) continue;
    if (store.get(store.resource("PersistentVolume"), undefined, volume) === undefined)
      store.delete(resource, metadata.namespace, metadata.name);
  }
};
