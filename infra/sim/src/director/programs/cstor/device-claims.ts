import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program } from "../../../kubernetes/program.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { parseQuantity } from "../../../kubernetes/controllers/quantity.ts";
import { BLOCK_DEVICE, DEVICE_CLAIM, DEVICE_TAG, HOSTNAME } from "../../cstor-kinds.ts";
import { getKind, listKind, servedKind } from "../../defined-kinds.ts";
import { numberAt, recordAt, textAt, type JsonRecord } from "../../json.ts";
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

/** A device with a tag is kept for claims that ask for a tag. */
const isOpenTo = ({ metadata }: KubeObject, wanted: JsonRecord): boolean =>
  metadata.labels?.[DEVICE_TAG] === undefined || wanted[DEVICE_TAG] !== undefined;

const bears = ({ metadata }: KubeObject, wanted: JsonRecord): boolean =>
  Object.entries(wanted).every(([label, value]) => metadata.labels?.[label] === value);

/** On the node of the claim, and not smaller than it asks for. */
const suits = (device: KubeObject, { spec }: KubeObject): boolean =>
  device.metadata.labels?.[HOSTNAME] === textAt(spec, "blockDeviceNodeAttributes", "hostName") &&
  (numberAt(device.spec, "capacity", "storage") ?? 0) >= parseQuantity(textAt(spec, "resources", "requests", "storage"));

/** The free device that a claim names, or the first that is as it wants it. */
const deviceFor = (store: Store, claim: KubeObject): KubeObject | undefined => {
  const name = textAt(claim.spec, "blockDeviceName");
  const wanted = recordAt(claim.spec, "selector", "matchLabels");
  const isWanted = (device: KubeObject): boolean =>
    isFree(device) &&
    isOpenTo(device, wanted) &&
    bears(device, wanted) &&
    (name === device.metadata.name || (name === undefined && suits(device, claim)));
  return listKind(store, BLOCK_DEVICE, claim.metadata.namespace).find(isWanted);
};

const named = (store: Store, claim: KubeObject, device: KubeObject): KubeObject => {
  const resource = servedKind(store, DEVICE_CLAIM);
  if (resource === undefined || textAt(claim.spec, "blockDeviceName") === device.metadata.name) return claim;
  return store.update(resource, { ...claim, spec: { ...claim.spec, blockDeviceName: device.metadata.name } });
};

const bind = (store: Store, claim: KubeObject): void => {
  if (textAt(claim.status, "phase") === "Bound" || claim.metadata.deletionTimestamp !== undefined) return;
  const { namespace } = claim.metadata;
  const mine = listKind(store, BLOCK_DEVICE, namespace).find(({ spec }) => textAt(spec, "claimRef", "uid") === claim.metadata.uid);
  const device = mine ?? deviceFor(store, claim);
  if (device === undefined) return setPhase(store, claim, "Pending");
  if (mine === undefined) setClaim(store, device, { claim, state: "Claimed" });
  setPhase(store, named(store, claim, device), "Bound");
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

/** Gives free BlockDevices to the claims that name or describe them, and takes them back. */
export const ndmOperator: Program = service({
  startMs: 1000,
  run: (context) =>
    follow(context, [BLOCK_DEVICE.kind, DEVICE_CLAIM.kind], () => {
      const { store } = context;
      for (const device of listKind(store, BLOCK_DEVICE)) release(store, device);
      for (const claim of listKind(store, DEVICE_CLAIM)) bind(store, claim);
    }),
});
