import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { CloneRequest } from "../provisioner.ts";
import { listAll, MARK_KEY, nameOf, writeName } from "./listing.ts";
import { refOf, refXml, type ManagedObject } from "./managed-object.ts";
import { retrieve } from "./property-collector.ts";
import type { Session } from "./session.ts";
import { branch, escapeXml, leaf } from "./xml.ts";

/** What CloneVM_Task is called with. */
export interface CloneCall {
  readonly self: ManagedObject;
  readonly args: readonly string[];
}

const notThere = (
  session: Session,
  kind: string,
  { name, known }: { readonly name: string; readonly known: readonly string[] },
): KuberaError => {
  const near = nearest(name, known);
  const count = known.filter((other) => other === name).length;
  return new KuberaError("SETUP_FAILED", {
    what: count === 0 ? `the inventory has no ${kind} "${name}"` : `the inventory has ${count} objects of type ${kind} called "${name}"`,
    where: `${session.place}: setup in the bed's file`,
    because: near === undefined || near === name ? `there are ${known.join(", ") || "none"}` : `there is "${near}"`,
    fix: "Correct the name in the bed's file, or let the account see it.",
  });
};

/** The one object of a type that bears a name. */
const named = async (session: Session, kind: string, name: string): Promise<ManagedObject> => {
  const all = await listAll(session, { type: kind, paths: ["name"] });
  const found = all.filter((object) => nameOf(object) === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.ref;
  throw notThere(session, kind, { name, known: all.map(nameOf) });
};

const property = async (session: Session, object: ManagedObject, path: string): Promise<ManagedObject | undefined> => {
  const [content] = await retrieve(session, { type: object.type, paths: [path], objects: [object] });
  const value = content?.properties.get(path);
  return value === undefined || value.text === "" ? undefined : refOf(value);
};

/** A template has no pool of its own: the root pool of the compute resource that its host belongs to. */
const poolOf = async (session: Session, template: ManagedObject): Promise<ManagedObject | undefined> => {
  const own = await property(session, template, "resourcePool");
  if (own !== undefined) return own;
  const host = await property(session, template, "runtime.host");
  const compute = host && (await property(session, host, "parent"));
  return compute && property(session, compute, "resourcePool");
};

/** The mark of a bed, as a VM's configuration takes it. */
export const markXml = (bed: string): string =>
  branch("extraConfig", [leaf("key", MARK_KEY), `<value xsi:type="xsd:string">${escapeXml(bed)}</value>`], "OptionValue");

/** How a request stands in vim25: names become references, the mark goes into the new VM. Error: `SETUP_FAILED` for a name that is not there. */
export const cloneCall = async (session: Session, request: CloneRequest): Promise<CloneCall> => {
  const self = await named(session, "VirtualMachine", request.template);
  const folder = request.folder === undefined ? await property(session, self, "parent") : await named(session, "Folder", request.folder);
  const pool = request.pool === undefined ? await poolOf(session, self) : await named(session, "ResourcePool", request.pool);
  const datastore = request.datastore === undefined ? undefined : await named(session, "Datastore", request.datastore);
  const location = [datastore && refXml("datastore", datastore), pool && refXml("pool", pool)].filter((part) => part !== undefined);
  const spec = branch("spec", [
    branch("location", location),
    leaf("template", false),
    branch("config", [
      leaf("annotation", `Made by e2e bed setup ${request.bed}; e2e bed dispose ${request.bed} destroys it.`),
      markXml(request.bed),
    ]),
    leaf("powerOn", false),
  ]);
  return { self, args: [folder === undefined ? "" : refXml("folder", folder), leaf("name", writeName(request.name)), spec] };
};
