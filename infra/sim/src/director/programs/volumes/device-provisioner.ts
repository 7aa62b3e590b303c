import { LOCAL_PROVISIONER, localWish } from "../../../kubernetes/controllers/local-class.ts";
import { SELECTED_NODE } from "../../../kubernetes/controllers/claim-placement.ts";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { BLOCK_DEVICE, DEVICE_CLAIM, DEVICE_TAG, HOSTNAME } from "../../cstor-kinds.ts";
import { apiVersionOf, getKind, listKind, servedKind } from "../../defined-kinds.ts";
import { recordAt, textAt } from "../../json.ts";
import { follow } from "../follow.ts";
import { service } from "../process.ts";
import { warnOf } from "./claim-warning.ts";
import { bindClaim, createVolume, volumeNameOf, waitingClaims, type WaitingClaim } from "./claims.ts";

/** How long a claim's BlockDeviceClaim may wait for a device before the claim says so. */
const PATIENCE_MS = 60_000;
const PREFIX = "bdc-";

/** A claim of a device class whose first consumer has its node. */
interface DeviceWish extends WaitingClaim {
  readonly node: string;
  readonly tag: string | undefined;
}

const wishes = (context: ProgramContext): readonly DeviceWish[] =>
  waitingClaims(context, LOCAL_PROVISIONER).flatMap((waiting) => {
    const wish = localWish(waiting.storageClass);
    const node = waiting.claim.metadata.annotations?.[SELECTED_NODE];
    // What has lost its volume names it, and gets no other.
    if ("fault" in wish || wish.engine !== "device" || node === undefined || waiting.claim.spec?.["volumeName"] !== undefined) return [];
    return [{ ...waiting, node, tag: wish.tag }];
  });

const namespaceOf = ({ pod }: ProgramContext): string => pod.metadata.namespace ?? "openebs";

/** What asks NDM for a device of the node, with the tag when the class names one; undefined while nobody knows such a kind. */
const deviceClaim = ({ context, claim, node, tag }: DeviceWish): KubeObject | undefined => {
  const { store } = context;
  const metadata = { name: `${PREFIX}${volumeNameOf({ claim })}`, namespace: namespaceOf(context) };
  const resource = servedKind(store, DEVICE_CLAIM);
  if (resource === undefined) return undefined;
  const spec = {
    blockDeviceNodeAttributes: { hostName: node },
    ...(tag !== undefined && { selector: { matchLabels: { [DEVICE_TAG]: tag } } }),
    resources: recordAt(claim.spec, "resources"),
  };
  return (
    store.get(resource, metadata.namespace, metadata.name) ??
    store.create(resource, { apiVersion: apiVersionOf(DEVICE_CLAIM), kind: DEVICE_CLAIM.kind, metadata, spec })
  );
};

const provision = (wish: DeviceWish, held: KubeObject): void => {
  const { context, node } = wish;
  const { namespace, name } = held.metadata;
  const device = getKind(context.store, BLOCK_DEVICE, { namespace, name: textAt(held.spec, "blockDeviceName") ?? "" });
  const terms = [{ matchExpressions: [{ key: HOSTNAME, operator: "In", values: [node] }] }];
  createVolume(wish, {
    engine: "local-device",
    source: {
      local: { path: textAt(device?.spec, "path") ?? "", fsType: "" },
      nodeAffinity: { required: { nodeSelectorTerms: terms } },
    },
    annotations: { "local.openebs.io/blockdeviceclaim": name },
  });
  bindClaim(wish);
};

/** When each BlockDeviceClaim was first seen waiting; wall time in milliseconds. */
type Waiting = Map<string, number>;

const serve = (wish: DeviceWish, waiting: Waiting): void => {
  const { context, claim, storageClass } = wish;
  const { now, speed } = { now: context.time.now(), speed: context.time.speed };
  const held = deviceClaim(wish);
  if (held === undefined) return;
  if (textAt(held.status, "phase") === "Bound") return provision(wish, held);
  const { name, uid } = held.metadata;
  const since = waiting.get(uid) ?? now;
  waiting.set(uid, since);
  if ((now - since) * speed < PATIENCE_MS) return;
  const reason = `unable to find BD: for BDC:${name} associated with PV:${volumeNameOf({ claim })}`;
  warnOf(context, claim, `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${reason}`);
};

/** A device goes back when its volume is gone, or the claim that still waited for one. */
const giveBack = (context: ProgramContext): void => {
  const { store } = context;
  const resource = servedKind(store, DEVICE_CLAIM);
  if (resource === undefined) return;
  const volumes = store.list(store.resource("PersistentVolume")).map(({ metadata }) => metadata.name);
  const wanted = new Set([...volumes, ...store.list(store.resource("PersistentVolumeClaim")).map((claim) => volumeNameOf({ claim }))]);
  for (const { metadata } of listKind(store, DEVICE_CLAIM, namespaceOf(context)))
    if (metadata.name.startsWith(`${PREFIX}pvc-`) && !wanted.has(metadata.name.slice(PREFIX.length)))
      store.delete(resource, metadata.namespace, metadata.name);
};

const KINDS = ["PersistentVolumeClaim", "PersistentVolume", "StorageClass", DEVICE_CLAIM.kind];

/** Provisions the volumes of device classes: NDM is asked for a device of the consumer's node, and the volume is that device. */
export const deviceProvisioner: Program = service({
  startMs: 1000,
  run: (context) => {
    const waiting: Waiting = new Map();
    return follow(context, KINDS, () => {
      for (const wish of wishes(context)) serve(wish, waiting);
      giveBack(context);
    });
  },
});
