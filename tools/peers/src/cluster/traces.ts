import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { containerdSocket } from "./containerd.ts";
import { RUN_FOLDER, STATE_FOLDER, type PeerNode } from "./plan.ts";

const SHIM_SOCKETS = "/run/containerd/s";
const CNI_RESULTS = "/var/lib/cni/results";
const CONTAINER_LOGS = "/var/log/containers";
/** One place for every kubelet of a computer, wherever its other files are. */
const DEVICE_SOCKET = "/var/lib/kubelet/device-plugins/kubelet.sock";
const CONTAINERD_NAMESPACE = "k8s.io";

const entriesOf = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Containers and sandboxes that the containerd of a node has started and not removed. */
const containersOf = ({ run }: PeerNode): string[] =>
  entriesOf(join(run, "containerd", "io.containerd.runtime.v2.task", CONTAINERD_NAMESPACE));

/** Where the shim of a sandbox listens: containerd names the place so, in one folder for the whole computer. */
export const shimSocketOf = (node: PeerNode, id: string): string =>
  join(
    SHIM_SOCKETS,
    createHash("sha256")
      .update(join(containerdSocket(node), CONTAINERD_NAMESPACE, id))
      .digest("hex"),
  );

/** Removes what containers of a node that is off have left outside of its folders. */
export const removeTraces = (node: PeerNode): void => {
  const ids = containersOf(node);
  for (const id of ids) rmSync(shimSocketOf(node, id), { force: true });
  // NETWORK-CONTAINER-INTERFACE
  for (const result of entriesOf(CNI_RESULTS))
    if (ids.some((id) => result.includes(id))) rmSync(join(CNI_RESULTS, result), { force: true });
};

const logLinks = (): string[] =>
  entriesOf(CONTAINER_LOGS)
    .map((name) => join(CONTAINER_LOGS, name))
    .filter((path) => {
      try {
        return readlinkSync(path).startsWith(`${RUN_FOLDER}/`);
      } catch {
        return false;
      }
    });

/** What a kubelet sets for the whole computer as it starts, without asking. */
const TUNABLES = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"] as const;
const TUNABLES_FILE = join(STATE_FOLDER, "kernel.json");
const fileOf = (name: string): string => join("/proc/sys", name);

/** Keeps what kubelets will change of this computer, before the first of them starts. */
export const keepTunables = (): void => {
  if (existsSync(TUNABLES_FILE)) return;
  const values = TUNABLES.map((name) => [name, readFileSync(fileOf(name), "utf8").trim()]);
  writeFileSync(TUNABLES_FILE, JSON.stringify(Object.fromEntries(values)));
};

const restoreTunables = (): void => {
  if (!existsSync(TUNABLES_FILE)) return;
  const kept = JSON.parse(readFileSync(TUNABLES_FILE, "utf8")) as Readonly<Record<string, string>>;
  for (const name of TUNABLES) {
    const value = kept[name];
    if (value !== undefined && readFileSync(fileOf(name), "utf8").trim() !== value) writeFileSync(fileOf(name), value);
  }
};

const isDeaf = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });

/** Takes back what kubelets have done to the whole computer; all of ours are off. */
export const restoreHost = async (): Promise<void> => {
  if (await isDeaf(DEVICE_SOCKET)) rmSync(DEVICE_SOCKET, { force: true });
  for (const link of logLinks()) rmSync(link, { force: true });
  restoreTunables();
};
