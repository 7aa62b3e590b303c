import { execFile, spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:fs";
import { access, appendFile, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { PeerAvailability } from "./build-peer.ts";

const run = promisify(execFile);

/** Where privileged sshd expects an empty folder; the package's own service makes it. */
const PRIVSEP = "/run/sshd";

const find = async (name: string): Promise<string | undefined> => {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]) {
    const path = join(folder, name);
    const there = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return undefined;
};

/** Whether a jump host can be started on this computer. */
export const sshdAvailability = async (): Promise<PeerAvailability> => {
  for (const name of ["ssh", "sshd", "ssh-keygen"])
    if ((await find(name)) === undefined)
      return { available: false, because: `there is no ${name}: apt-get install openssh-server openssh-client` };
  return { available: true };
};

/** A real sshd on loopback, with keys of its own. */
export interface Sshd {
  readonly port: number;
  /** The Host of `config` that lets this user in. */
  readonly destination: "bastion";
  /** An ssh_config for `ssh -F`. */
  readonly config: string;
  /** What it has logged so far, at LogLevel DEBUG1. */
  readonly log: () => string;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Cuts every connection, as a jump host does that restarts. */
  readonly drop: () => void;
  readonly stop: () => Promise<void>;
}

export interface SshdRequest {
  /** Default yes. */
  readonly forwarding?: "yes" | "no";
}

const sshdConfig = (folder: string, { forwarding = "yes" }: SshdRequest): string =>
  [
    `HostKey ${folder}/host-key`,
    `AuthorizedKeysFile ${folder}/authorized`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    `AllowTcpForwarding ${forwarding}`,
    "LogLevel DEBUG1",
    "",
  ].join("\n");

const sshConfig = (folder: string, port: number): string =>
  [
    "Host bastion",
    "  HostName 127.0.0.1",
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${folder}/user-key`,
    "  IdentitiesOnly yes",
    "  IdentityAgent none",
    `  UserKnownHostsFile ${folder}/known-hosts`,
    "  GlobalKnownHostsFile /dev/null",
    "",
  ].join("\n");

const makeKeys = async (folder: string, request: SshdRequest): Promise<void> => {
  for (const key of ["host-key", "user-key"]) await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
  await copyFile(join(folder, "user-key.pub"), join(folder, "authorized"));
  await writeFile(join(folder, "sshd-config"), sshdConfig(folder, request));
};

/** One sshd for each connection, as inetd would start it: none of them outlives this process. */
const serve = (sshd: string, folder: string) => {
  const children = new Set<ChildProcess>();
  let log = "";
  const answer = (socket: Socket): void => {
    const child = spawn(sshd, ["-i", "-e", "-f", join(folder, "sshd-config")], { stdio: [socket, socket, "pipe"] });
    children.add(child);
    child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
    child.once("close", () => children.delete(child));
    socket.destroy();
  };
  const server = createServer({ pauseOnConnect: true }, answer);
  return { server, children, log: () => log };
};

/** Starts a jump host on a free port of loopback that lets the user of this process in by a key of its own. */
export const startSshd = async (request: SshdRequest = {}): Promise<Sshd> => {
  const folder = await mkdtemp(join(tmpdir(), "sshd-"));
  await makeKeys(folder, request);
  if (process.getuid?.() === 0) await mkdir(PRIVSEP, { recursive: true, mode: 0o755 });
  const { server, children, log } = serve((await find("sshd")) ?? "sshd", folder);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const config = join(folder, "ssh-config");
  await writeFile(config, sshConfig(folder, port));
  await appendFile(join(folder, "known-hosts"), `[127.0.0.1]:${port} ${await readFile(join(folder, "host-key.pub"), "utf8")}`);
  const drop = (): void => {
    for (const child of children) child.kill("SIGTERM");
  };
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    drop();
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  return { port, destination: "bastion", config, log, open: () => children.size, drop, stop };
};
