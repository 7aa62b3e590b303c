import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program } from "../../../kubernetes/program.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { BLOCK_DEVICE, DEVICE_CLAIM } from "../../cstor-kinds.ts";
import { getKind, listKind, servedKind } from "../../defined-kinds.ts";
import { textAt } from "../../json.ts";
import { service } from "../process.ts";
import { follow } from "../follow.ts";

const setPhase = (store: Store, claim: KubeObject, phase: "Bound" | "Pending"): void => {
  const resource = servedKind(store, DEVICE_CLAIM);
  if (resource === undefined || textAt(claim.status, "phase") === phase) return;
  store.updateStatus(resource, { ...claim, status: { phase } });
};

const setClaim = (store: Store, device: KubeObject, { claim, state }: { readonly claim?: KubeObject; readonly state: string }): void => {
  const resource = servedKind(store, BLOCK_DEVICE);
  if (resource === undefined) return;
  const { claimRef: _, ...spec } = device.spec ?? {};
  const { name, namespace, uid } = claim?.metadata ?? {};
  const claimRef = claim === undefined ? {} : { claimRef: { kind: claim.kind, apiVersion: claim.apiVersion, name, namespace, uid } };
  const claimed = store.update(resource, { ...device, spec: { ...spec, ...claimRef } });
  store.updateStatus(resource, { ...claimed, status: { ...device.status, claimState: state } });
};

const isFree = ({ status }: KubeObject): boolean => textAt(status, "state") === "Active" && textAt(status, "claimState") === "Unclaimed";

const bind = (store: Store, claim: KubeObject): void => {
  if (textAt(claim.status, "phase") === "Bound" || claim.metadata.deletionTimestamp !== undefined) return;
  const { namespace } = claim.metadata;
  const device = getKind(store, BLOCK_DEVICE, { namespace, name: textAt(claim.spec, "blockDeviceName") ?? "" });
  const isMine = textAt(device?.spec, "claimRef", "uid") === claim.metadata.uid;
  if (device === undefined || (!isMine && !isFree(device))) return setPhase(store, claim, "Pending");
  if (!isMine) setClaim(store, device, { claim, state: "Claimed" });
  setPhase(store, claim, "Bound");
};

/** A device whose claim is gone is Released, then wiped, then free again. */
const release = (store: Store, device: KubeObject): void => {
  const state = textAt(device.status, "claimState");
  if (state === "Released") return setClaim(store, device, { state: "Unclaimed" });
  const name = textAt(device.spec, "claimRef", "name");
  if (state !== "Claimed" || name === undefined) return;
  const claim = getKind(store, DEVICE_CLAIM, { namespace: textAt(device.spec, "claimRef", "namespace"), name });
  if (claim?.metadata.uid !== textAt(device.spec, "claimRef", "uid")) setClaim(store, device, { state: "Released" });
};

/** Gives free BlockDevices to the claims that name them, and takes them back. */
export const ndmOperator: Program = service({
  startMs: 1000,
  run: (context) =>
    follow(context, [BLOCK_DEVICE.kind, DEVICE_CLAIM.kind], () => {
      const { store } = context;
      for (const device of listKind(store, BLOCK_DEVICE)) release(store, device);
      for (const claim of listKind(store, DEVICE_CLAIM)) bind(store, claim);
    }),
});
