import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, readdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { peersFolder } from "./cache-folder.ts";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "..");
const CLUSTER = join(ROOT, "kubernetes");
const UPSTREAM = "k8s.io/kubernetes/cmd";

interface Source {
  /** Folder of the Go module that pins its version. */
  readonly module: string;
  /** What `go build` is given: a folder of the module that starts with ./, or a package of another one. */
  readonly from: string;
}

const SOURCES = {
  vcsim: { module: ROOT, from: "./vcsim" },
  govc: { module: ROOT, from: "./govc" },
  etcd: { module: CLUSTER, from: "./etcd" },
  guest: { module: CLUSTER, from: "./guest" },
  "kube-apiserver": { module: CLUSTER, from: `${UPSTREAM}/kube-apiserver` },
  "kube-controller-manager": { module: CLUSTER, from: `${UPSTREAM}/kube-controller-manager` },
  "kube-scheduler": { module: CLUSTER, from: `${UPSTREAM}/kube-scheduler` },
  kubelet: { module: CLUSTER, from: `${UPSTREAM}/kubelet` },
  registry: { module: CLUSTER, from: "github.com/distribution/distribution/v3/cmd/registry" },
} as const satisfies Readonly<Record<string, Source>>;

export type PeerName = keyof typeof SOURCES;
export type PeerAvailability = { readonly available: true } | { readonly available: false; readonly because: string };

const messageOf = (error: unknown): string => {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return stderr !== "" ? (stderr.split("\n").at(-1) ?? stderr) : error instanceof Error ? error.message : String(error);
};

// Go wants a home for its caches; without one they go beside the built peers.
const go = async (module: string, ...args: readonly string[]): Promise<string> => {
  const variables = ["CGO_ENABLED=0", ...(homedir() === "" ? [`HOME=${await peersFolder()}`] : [])];
  return (await run("env", [...variables, "go", ...args], { cwd: module, maxBuffer: 16 * 1024 * 1024 })).stdout;
};

const exists = async (file: string): Promise<boolean> => {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
};

/** Where the binary of a peer lies once it is built; the folder's name stands for every line of its source. */
const binaryOf = async (name: PeerName): Promise<string> => {
  const { module, from } = SOURCES[name];
  const own = from.startsWith("./") ? (await readdir(join(module, from))).filter((file) => file.endsWith(".go")).toSorted() : [];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["go.mod", "go.sum", ...own.map((source) => join(from, source))]) hash.update(await readFile(join(module, file)));
  return join(await peersFolder(), hash.digest("hex").slice(0, 16), name);
};

/** Whether a peer can run on this computer: it is built, or Go is there and its modules can be had. Compiles nothing. */
export const peerAvailability = async (name: PeerName): Promise<PeerAvailability> => {
  if (await exists(await binaryOf(name))) return { available: true };
  try {
    await go(SOURCES[name].module, "version");
  } catch {
    return { available: false, because: `${name} is built from Go source and there is no \`go\` in PATH` };
  }
  try {
    await go(SOURCES[name].module, "mod", "download");
    return { available: true };
  } catch (error) {
    return { available: false, because: `the Go modules of ${name} cannot be downloaded: ${messageOf(error)}` };
  }
};

/** The path of a peer's binary, built on first use; errors: `PEER_UNAVAILABLE`. */
export const buildPeer = async (name: PeerName): Promise<string> => {
  const { module, from } = SOURCES[name];
  const binary = await binaryOf(name);
  if (await exists(binary)) return binary;
  const fresh = `${binary}.${randomUUID()}`;
  await mkdir(join(binary, ".."), { recursive: true });
  try {
    const version = (await readFile(join(module, "go.mod"), "utf8")).match(/k8s\.io\/kubernetes (v\S+)/)?.[1];
    // Unless it is told, Kubernetes calls itself v0.0.0.
    const told = version === undefined ? "" : ` -X k8s.io/component-base/version.gitVersion=${version}`;
    await go(module, "build", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w${told}`, "-o", fresh, from);
  } catch (cause) {
    throw new KuberaError("PEER_UNAVAILABLE", {
      what: `${name} could not be built`,
      where: `go build ${from} in ${relative(join(ROOT, "..", ".."), module)}`,
      because: messageOf(cause),
      fix: "Install Go 1.25 or newer and let it reach a Go module proxy (GOPROXY); then run again.",
      cause,
    });
  }
  // Two builders at once: the last whole binary wins, and both are the same.
  await rename(fresh, binary);
  return binary;
};
