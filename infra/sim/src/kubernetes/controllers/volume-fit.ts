import type { PersistentVolume, PersistentVolumeClaim } from "../workload-objects.ts";
import { parseQuantity } from "./quantity.ts";

/** Whether a volume is nobody's, kept for this claim, or its own; one that was let go keeps the uid of the claim it was of. */
export const isFreeFor = ({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean => {
  if (claimRef === undefined) return true;
  const isKept = claimRef.namespace === metadata.namespace && claimRef.name === metadata.name;
  return isKept && (claimRef.uid === undefined || claimRef.uid === "" || claimRef.uid === metadata.uid);
};

/** Why a volume does not serve a claim, in the words of the volume controller; undefined when it does, and when it is kept for it anyway. */
export const misfitOf = (volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined => {
  if (volume.spec.claimRef !== undefined) return undefined;
  const wanted = claim.spec.resources?.requests?.["storage"];
  if (parseQuantity(volume.spec.capacity?.["storage"]) < parseQuantity(wanted)) return "requested PV is too small";
  if ((volume.spec.storageClassName ?? "") !== (claim.spec.storageClassName ?? "")) return "storageClassName does not match";
  const modes = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode)) ? undefined : "incompatible accessMode";
};
