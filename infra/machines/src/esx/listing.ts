import type { ListedMachine } from "../provisioner.ts";
import { refOf, refXml, type ManagedObject } from "./managed-object.ts";
import { retrieve, type ObjectContent } from "./property-collector.ts";
import { readSnapshots } from "./snapshot-tree.ts";
import type { Session } from "./session.ts";
import { leaf, type XmlElement } from "./xml.ts";

/** Key of a VM's extraConfig that holds the bed it was made for. */
export const MARK_KEY = "kubera-e2e.bed";

const PATHS = [
  "name",
  "parent",
  "runtime.powerState",
  "runtime.host",
  "summary.config.template",
  "guest.hostName",
  "guest.ipAddress",
  "config.extraConfig",
  "snapshot",
];

/** vSphere stores the three characters that a path cannot hold as escapes. */
const readName = (name: string): string =>
  name.replaceAll(/%(2f|5c|25)/gi, (escape) => String.fromCodePoint(Number.parseInt(escape.slice(1), 16)));

export const writeName = (name: string): string => name.replaceAll("%", "%25").replaceAll("/", "%2f").replaceAll("\\", "%5c");

/** Every object of one type below the root, with the properties asked for. */
export const listAll = (
  session: Session,
  query: { readonly type: string; readonly paths: readonly string[]; readonly signal?: AbortSignal | undefined },
) =>
  session.withObjects(async (): Promise<ObjectContent[]> => {
    const { type, paths, signal } = query;
    const { viewManager, rootFolder } = await session.content();
    const args = [refXml("container", rootFolder), leaf("type", type), leaf("recursive", true)];
    const [created] = await session.call({ method: "CreateContainerView", self: viewManager, args, signal });
    const view = created === undefined ? { type: "ContainerView", value: "" } : refOf(created);
    try {
      return await retrieve(session, { type, paths, objects: [view], throughView: true, signal });
    } finally {
      // The view ends with the session anyway.
      await session.call({ method: "DestroyView", self: view, timeoutMs: 5000 }).catch(() => {});
    }
  });

export const nameOf = ({ properties }: ObjectContent): string => readName(properties.get("name")?.text ?? "");

/** Names of some objects by their ids. */
const namesOf = async (session: Session, refs: readonly ManagedObject[]): Promise<Map<string, string>> => {
  const types = [...new Set(refs.map(({ type }) => type))];
  const found = await Promise.all(
    types.map((type) => {
      const objects = [...new Map(refs.filter((ref) => ref.type === type).map((ref) => [ref.value, ref])).values()];
      return retrieve(session, { type, paths: ["name"], objects });
    }),
  );
  return new Map(found.flat().map((object) => [object.ref.value, nameOf(object)]));
};

/** The bed in the mark of a VM. */
export const markOf = (extraConfig: XmlElement | undefined): string | undefined => {
  const option = (extraConfig?.all("OptionValue") ?? []).find((item) => item.textOf("key") === MARK_KEY);
  const bed = option?.textOf("value") ?? "";
  return bed === "" ? undefined : bed;
};

const POWER: Readonly<Record<string, ListedMachine["power"]>> = { poweredOn: "on", poweredOff: "off", suspended: "suspended" };

const describe = ({ ref, properties }: ObjectContent, names: ReadonlyMap<string, string>): ListedMachine => {
  const text = (path: string): string => properties.get(path)?.text ?? "";
  const madeFor = markOf(properties.get("config.extraConfig"));
  return {
    id: ref.value,
    name: readName(text("name")),
    power: POWER[text("runtime.powerState")] ?? "off",
    esxHost: names.get(text("runtime.host")) ?? text("runtime.host"),
    folder: names.get(text("parent")) ?? "",
    isTemplate: text("summary.config.template") === "true",
    snapshots: readSnapshots(properties.get("snapshot"), undefined).length,
    ...(text("guest.hostName") !== "" && { guestHostname: text("guest.hostName") }),
    ...(text("guest.ipAddress") !== "" && { guestAddress: text("guest.ipAddress") }),
    ...(madeFor !== undefined && { madeFor }),
  };
};

/** All VMs and templates that the account sees, sorted by name. */
export const listMachines = async (session: Session, signal?: AbortSignal): Promise<ListedMachine[]> => {
  const objects = await listAll(session, { type: "VirtualMachine", paths: PATHS, signal });
  const refs = objects.flatMap(({ properties }) => ["runtime.host", "parent"].flatMap((path) => properties.get(path) ?? [])).map(refOf);
  const names = await namesOf(session, refs);
  return objects.map((object) => describe(object, names)).toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
};
