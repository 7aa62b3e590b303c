import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { getKind, listKind } from "../../defined-kinds.ts";
import { recordAt, textAt } from "../../json.ts";
import { apply, type Manifest } from "../../kube-apply.ts";
import { metadataKey } from "./backup-content.ts";
import { reasonOf } from "./backup-work.ts";
import { BACKUP, LOCATION, LOCATION_LABEL, phaseOf, tellStatus } from "./kinds.ts";
import { openLocation, type Location } from "./location.ts";

const nameIn = (key: string): string | undefined => /^backups\/([^/]+)\/velero-backup\.json$/.exec(key)?.[1];

/** A backup that others have put into the bucket becomes known here. */
const adopt = async ({ store, pod }: ProgramContext, location: Location, name: string): Promise<void> => {
  const data = await location.get(metadataKey(name));
  if (data === undefined) return;
  const told = JSON.parse(data.toString("utf8")) as Manifest;
  const labels = { ...told.metadata.labels, [LOCATION_LABEL]: location.name };
  const metadata = { ...told.metadata, namespace: pod.metadata.namespace ?? "", labels };
  const spec = { ...recordAt(told.spec), storageLocation: location.name };
  if (getKind(store, BACKUP, metadata) !== undefined) return;
  const made = apply(store, { apiVersion: told.apiVersion, kind: told.kind, metadata, spec });
  tellStatus(store, made, recordAt(told["status"]));
};

const completedIn = ({ store, pod }: ProgramContext, location: Location): readonly KubeObject[] =>
  listKind(store, BACKUP, pod.metadata.namespace).filter(
    (backup) => textAt(backup.spec, "storageLocation") === location.name && phaseOf(backup) === "Completed",
  );

const sync = async (context: ProgramContext, location: Location): Promise<void> => {
  // Looked at before the bucket is: one that ends meanwhile is not yet missed there.
  const ended = completedIn(context, location);
  const names = (await location.list("backups/")).flatMap((key) => nameIn(key) ?? []);
  if (context.signal.aborted) return;
  for (const name of names) await adopt(context, location, name);
  const { store } = context;
  const orphans = ended.filter(({ metadata }) => !names.includes(metadata.name));
  for (const { metadata } of orphans)
    if (getKind(store, BACKUP, metadata) !== undefined)
      store.delete(store.resource(BACKUP.kind, BACKUP.group), metadata.namespace, metadata.name);
};

/** Looks whether a location can be used, and what backups lie there. */
export const checkLocation = async (context: ProgramContext, object: KubeObject): Promise<void> => {
  const { store } = context;
  try {
    await sync(context, openLocation(store, object));
    if (phaseOf(object) !== "Available") tellStatus(store, object, { phase: "Available", message: "" });
  } catch (error) {
    const message = reasonOf(error);
    if (phaseOf(object) !== "Unavailable" || textAt(object.status, "message") !== message)
      tellStatus(store, object, { phase: "Unavailable", message });
  }
};

export const locationsOf = ({ store, pod }: ProgramContext): readonly KubeObject[] => listKind(store, LOCATION, pod.metadata.namespace);
