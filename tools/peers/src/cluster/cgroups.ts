import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { PeerNode } from "./plan.ts";

const ROOT = "/sys/fs/cgroup";
const OURS = "kubera-e2e-peers";

/** The hierarchies of cgroup v1 in which a kubelet wants its own root; of v2 there is one. */
const hierarchies = (): string[] =>
  existsSync(join(ROOT, "cgroup.controllers"))
    ? [ROOT]
    : readdirSync(ROOT)
        .filter((name) => name !== "unified" && existsSync(join(ROOT, name, "cgroup.procs")))
        .map((name) => join(ROOT, name));

/** Beside those of v1 there may be a v2, in which runc puts containers unasked. */
const everywhere = (): string[] => {
  const unified = join(ROOT, "unified");
  return [...hierarchies(), ...(existsSync(join(unified, "cgroup.procs")) ? [unified] : [])];
};

const folderOf = (hierarchy: string, node: PeerNode): string => join(hierarchy, OURS, node.name);

/** As the kubelet names it. */
export const cgroupRootOf = (node: PeerNode): string => `/${OURS}/${node.name}`;

/** A cpuset takes no process before it was told which processors and memory it has. */
const fillCpuset = (folder: string): void => {
  for (const name of ["cpuset.cpus", "cpuset.mems"]) {
    const file = join(folder, name);
    if (existsSync(file) && readFileSync(file, "utf8").trim() === "") writeFileSync(file, readFileSync(join(folder, "..", name)));
  }
};

const addIn = (hierarchy: string, node: PeerNode): void => {
  for (const folder of [join(hierarchy, OURS), folderOf(hierarchy, node)]) {
    mkdirSync(folder, { recursive: true });
    fillCpuset(folder);
  }
};

/** Error: `PEER_UNAVAILABLE` where this computer lets nobody make cgroups. */
export const addCgroups = (node: PeerNode): void => {
  try {
    for (const hierarchy of hierarchies()) addIn(hierarchy, node);
  } catch (cause) {
    throw new KuberaError("PEER_UNAVAILABLE", {
      what: "the nodes of the peers cannot have cgroups here",
      where: ROOT,
      because: cause instanceof Error ? cause.message : String(cause),
      fix: "Run it on a computer whose root may write to its cgroups; in a container they are often read-only.",
      cause,
    });
  }
};

/** What a look at cgroups finds; whatever goes away meanwhile is gone. */
const unlessGone = <T>(look: () => readonly T[]): readonly T[] => {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
};

const below = (folder: string): readonly string[] =>
  existsSync(folder)
    ? [
        ...unlessGone(() => readdirSync(folder, { withFileTypes: true }))
          .filter((entry) => entry.isDirectory())
          .flatMap((entry) => below(join(folder, entry.name))),
        folder,
      ]
    : [];

/** Processes in the cgroups of a node's pods. */
export const cgroupPids = (node: PeerNode): number[] =>
  everywhere()
    .flatMap((hierarchy) => below(folderOf(hierarchy, node)))
    .flatMap((folder) => unlessGone(() => readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n")))
    .filter((line) => line !== "")
    .map(Number);

const remove = (folder: string): void => {
  try {
    rmdirSync(folder);
  } catch {
    // What cannot be removed is told by `down`, which looks again.
  }
};

export const removeCgroups = (node: PeerNode): void => {
  for (const hierarchy of everywhere()) {
    for (const folder of below(folderOf(hierarchy, node))) remove(folder);
    remove(join(hierarchy, OURS));
  }
};

/** Where cgroups of ours are still there. */
export const leftCgroups = (): string[] =>
  everywhere()
    .map((hierarchy) => join(hierarchy, OURS))
    .filter((folder) => existsSync(folder));
