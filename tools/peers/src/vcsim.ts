import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { buildPeer } from "./build-peer.ts";

export interface VcsimRequest {
  readonly mode: "vcenter" | "esx";
  /** Names of its VMs; all are powered on. */
  readonly vms: readonly string[];
}

/** A running vcsim on loopback. */
export interface Vcsim {
  readonly url: string;
  readonly pid: number;
  /** PEM of its certificate, which signs itself. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

const failed = (because: string): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", {
    what: "vcsim did not start",
    where: "tools/peers/vcsim",
    because,
    fix: "Run `go run ./vcsim` in tools/peers to see what it says.",
  });

/** Its first line, or its last words when it ends before. */
const firstLine = (child: ChildProcessWithoutNullStreams): Promise<string> =>
  new Promise((resolve, reject) => {
    const words: string[] = [];
    const timer = setTimeout(() => reject(failed(`it said nothing within ${START_LIMIT_MS / 1000} s`)), START_LIMIT_MS);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    child.stderr.on("data", (chunk: Buffer) => words.push(chunk.toString()));
    child.once("error", (error) => end(() => reject(failed(error.message))));
    child.once("exit", (code) => end(() => reject(failed(`it ended with code ${code}: ${words.join("").trim()}`))));
    createInterface({ input: child.stdout }).once("line", (line) => end(() => resolve(line)));
  });

const stopper = (child: ChildProcessWithoutNullStreams) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  child.stdin.end();
  await ended;
};

/** Starts a vcsim of its own; it ends with `stop`, or with this process however that ends. Errors: `PEER_UNAVAILABLE`. */
export const startVcsim = async ({ mode, vms }: VcsimRequest): Promise<Vcsim> => {
  const binary = await buildPeer("vcsim");
  const child = spawn(binary, [...(mode === "esx" ? ["-esx"] : []), "-vm", vms.join(",")]);
  try {
    const line = JSON.parse(await firstLine(child)) as Omit<Vcsim, "stop">;
    return { ...line, stop: stopper(child) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
};
