import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecMachines } from "@kubera-e2e/schema/bed-machines-exec";

const SCRIPTS = join(import.meta.dirname, "..", "..", "examples", "esxi-ssh");
const SHELL = join(import.meta.dirname, "host-shell.mjs");
const DESTINATION = "root@esx1.lab.example";

const scriptOf = (verb: string): string[] => [process.execPath, join(SCRIPTS, `${verb}.mjs`)];

/** What can be changed of the pretended host from outside. */
interface FakeHost {
  readonly destination: string;
  readonly vms: { name: string; power: string; consolidate?: boolean }[];
  faults: { command: string; type: string; message: string }[];
}

export interface FakeEsxi {
  /** As a bed's file would declare it. */
  readonly bed: ExecMachines;
  /** Changes the pretended host. */
  change(edit: (host: FakeHost) => void): void;
  stop(): void;
}

/** A standalone ESXi host as its shell answers, behind an `ssh` of its own on the scripts' PATH. */
export const startFakeEsxi = (names: readonly string[]): FakeEsxi => {
  const folder = mkdtempSync(join(tmpdir(), "kubera-fake-esxi-"));
  const file = join(folder, "host.json");
  const vms = names.map((name, index) => ({ id: index + 1, name, power: "on", snapshots: [], lastId: 0 }));
  writeFileSync(file, JSON.stringify({ destination: DESTINATION, vms, faults: [] }));
  const ssh = join(folder, "ssh");
  writeFileSync(ssh, `#!/bin/sh\nexec '${process.execPath}' '${SHELL}' "$@"\n`);
  chmodSync(ssh, 0o755);
  return {
    bed: {
      driver: "exec",
      scripts: {
        inspect: scriptOf("inspect"),
        power: scriptOf("power"),
        snapshot: scriptOf("snapshot"),
        revert: scriptOf("revert"),
        remove: scriptOf("remove"),
      },
      environment: { PATH: `${folder}:/usr/bin:/bin`, ESXI_HOST: DESTINATION, ESXI_POLL_MS: "20", FAKE_ESXI: file },
      secrets: [],
      timeLimit: 30_000,
      limitations: [],
    },
    change: (edit) => {
      const host = JSON.parse(readFileSync(file, "utf8")) as FakeHost;
      edit(host);
      writeFileSync(file, JSON.stringify(host));
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
};
