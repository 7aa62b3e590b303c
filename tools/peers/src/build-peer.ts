import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, readdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { peersFolder } from "./cache-folder.ts";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "..");
const UPSTREAM = "k8s.io/kubernetes/cmd";

/** What `go build` is given: a folder of ours that starts with ./, or a package of another module; go.mod pins all versions. */
const SOURCES = {
  vcsim: "./vcsim",
  govc: "./govc",
  etcd: "./etcd",
  guest: "./guest",
  "kube-apiserver": `${UPSTREAM}/kube-apiserver`,
  "kube-controller-manager": `${UPSTREAM}/kube-controller-manager`,
  "kube-scheduler": `${UPSTREAM}/kube-scheduler`,
  kubelet: `${UPSTREAM}/kubelet`,
  registry: "github.com/distribution/distribution/v3/cmd/registry",
} as const satisfies Readonly<Record<string, string>>;

export type PeerName = keyof typeof SOURCES;
export type PeerAvailability = { readonly available: true } | { readonly available: false; readonly because: string };

const messageOf = (error: unknown): string => {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return stderr !== "" ? (stderr.split("\n").at(-1) ?? stderr) : error instanceof Error ? error.message : String(error);
};

// Go wants a home for its caches; without one they go beside the built peers.
const go = async (...args: readonly string[]): Promise<string> => {
  const variables = ["CGO_ENABLED=0", ...(homedir() === "" ? [`HOME=${await peersFolder()}`] : [])];
  return (await run("env", [...variables, "go", ...args], { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 })).stdout;
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
  const from = SOURCES[name];
  const own = from.startsWith("./") ? (await readdir(join(ROOT, from))).filter((file) => file.endsWith(".go")).toSorted() : [];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["go.mod", "go.sum", ...own.map((source) => join(from, source))]) hash.update(await readFile(join(ROOT, file)));
  return join(await peersFolder(), hash.digest("hex").slice(0, 16), name);
};

/** Whether a peer can run on this computer: it is built, or Go is there and its modules can be had. Compiles nothing. */
export const peerAvailability = async (name: PeerName): Promise<PeerAvailability> => {
  if (await exists(await binaryOf(name))) return { available: true };
  try {
    await go("version");
  } catch {
    return { available: false, because: `${name} is built from Go source and there is no \`go\` in PATH` };
  }
  try {
    // Loads, and so downloads, what this peer alone is made of.
    await go("list", "-deps", SOURCES[name]);
    return { available: true };
  } catch (error) {
    return { available: false, because: `the Go modules of ${name} cannot be downloaded: ${messageOf(error)}` };
  }
};

/** The path of a peer's binary, built on first use; errors: `PEER_UNAVAILABLE`. */
export const buildPeer = async (name: PeerName): Promise<string> => {
  const binary = await binaryOf(name);
  if (await exists(binary)) return binary;
  const fresh = `${binary}.${randomUUID()}`;
  await mkdir(join(binary, ".."), { recursive: true });
  try {
    const version = (await readFile(join(ROOT, "go.mod"), "utf8")).match(/k8s\.io\/kubernetes (v\S+)/)?.[1];
    // Unless it is told, Kubernetes calls itself v0.0.0.
    const told = version === undefined ? "" : ` -X k8s.io/component-base/version.gitVersion=${version}`;
    await go("build", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w${told}`, "-o", fresh, SOURCES[name]);
  } catch (cause) {
    throw new KuberaError("PEER_UNAVAILABLE", {
      what: `${name} could not be built`,
      where: `go build ${SOURCES[name]} in tools/peers`,
      because: messageOf(cause),
      fix: "Install Go 1.25 or newer and let it reach a Go module proxy (GOPROXY); then run again.",
      cause,
    });
  }
  // Two builders at once: the last whole binary wins, and both are the same.
  await rename(fresh, binary);
  return binary;
};
