import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why a contract is not proven against kubectl; empty when there is one. */
export const withoutKubectl = (): string => {
  if (spawnSync("kubectl", ["version", "--client"]).error === undefined) return "";
  const because = "SKIPPED: there is no kubectl on the PATH (Debian's package is kubernetes-client)";
  process.stderr.write(`${because}\n`);
  return because;
};

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real kubectl, and the shell for scripts that call it, with a kubeconfig of their own. */
export class Kubectl {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(kubeconfig: string): Promise<Kubectl> {
    const folder = await mkdtemp(join(tmpdir(), "sim-kubectl-"));
    await writeFile(join(folder, "config"), kubeconfig);
    return new Kubectl(folder);
  }

  run(...args: readonly string[]): Promise<Said> {
    return this.#exec("kubectl", [`--cache-dir=${join(this.folder, "cache")}`, ...args]);
  }

  /** Runs a script line by line as a user's shell does; the first failure ends it. */
  script(text: string): Promise<Said> {
    return this.#exec("sh", ["-e", "-c", text]);
  }

  async file(name: string, content: unknown): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  #exec(program: string, args: readonly string[]): Promise<Said> {
    const env = { ...process.env, KUBECONFIG: join(this.folder, "config"), HOME: this.folder };
    return new Promise((resolve) => {
      execFile(program, args, { timeout: 40_000, env, cwd: this.folder }, (error, out, err) => {
        resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
      });
    });
  }
}
