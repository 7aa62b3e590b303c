import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { createAuthority } from "@kubera-e2e/sim/certificates";
import { askStatus } from "../ask-status.ts";
import { buildPeer } from "../build-peer.ts";
import { freePort } from "../free-port.ts";
import { Program } from "../program.ts";
import { pushImage } from "../push-image.ts";

export interface RegistryPeerRequest {
  /** `repository:tag`; each image holds a few bytes. */
  readonly images: readonly string[];
}

/** A real registry on loopback behind two doors that share their images: one for everybody, one that asks for a password. */
export interface RegistryPeer {
  readonly url: string;
  readonly lockedUrl: string;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly caPem: string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
const CREDENTIALS = { username: "puller", password: "right-pass" };
/** That password under bcrypt, as the registry wants it. */
const HTPASSWD = "puller:$2b$04$A9BfyiQxl8MUKJceYgmRTeHPVvGwoR4H5ZHp1hhUWps0sKL7hQ0xi\n";

interface Door {
  readonly name: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly htpasswd?: string;
}

/** Starts doors to one folder of images. */
class Doors {
  readonly #binary: string;
  readonly #folder: string;
  readonly #programs: Program[] = [];

  constructor(binary: string, folder: string) {
    this.#binary = binary;
    this.#folder = folder;
  }

  write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Opens a door; answers its address. */
  async open({ name, tls, htpasswd }: Door): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const config = {
      version: 0.1,
      log: { level: "warn" },
      storage: { filesystem: { rootdirectory: join(this.#folder, "images") } },
      http: { addr: address, ...(tls !== undefined && { tls }) },
      ...(htpasswd !== undefined && { auth: { htpasswd: { realm: "peers", path: htpasswd } } }),
    };
    const program = new Program(
      [this.#binary, "serve", this.write(`${name}.json`, JSON.stringify(config))],
      join(this.#folder, `${name}.log`),
    );
    this.#programs.push(program);
    program.start();
    return address;
  }

  async close(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const answers = (ask: () => Promise<number>, status: number): Promise<undefined> =>
  waitUntil({
    what: "a real registry answers",
    deadlineMs: START_LIMIT_MS,
    intervalMs: 100,
    probe: () =>
      ask().then(
        (is) => (is === status ? reached(undefined) : notYet(`it answers ${is}`)),
        (error: unknown) => notYet(String(error)),
      ),
  });

const unavailable = (cause: unknown): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", {
    what: "a real registry did not start",
    where: "tools/peers",
    because: cause instanceof Error ? cause.message : String(cause),
    fix: "Look whether this computer has a `setpriv` with --pdeathsig (util-linux).",
    cause,
  });

/** Starts it and fills it; it ends with `stop`, or with this process. Error: `PEER_UNAVAILABLE`. */
export const startRegistryPeer = async ({ images }: RegistryPeerRequest): Promise<RegistryPeer> => {
  const binary = await buildPeer("registry");
  const doors = new Doors(binary, mkdtempSync(join(tmpdir(), "kubera-e2e-registry-")));
  try {
    const authority = await createAuthority();
    const { certPem, keyPem } = await authority.issueServer();
    const tls = { certificate: doors.write("server.crt", certPem), key: doors.write("server.key", keyPem) };
    const plain = `http://${await doors.open({ name: "plain" })}`;
    const url = `https://${await doors.open({ name: "open", tls })}`;
    const lockedUrl = `https://${await doors.open({ name: "locked", tls, htpasswd: doors.write("htpasswd", HTPASSWD) })}`;
    await answers(async () => (await fetch(`${plain}/v2/`)).status, 200);
    for (const image of images) {
      const [repository = "", tag = ""] = image.split(":");
      await pushImage(plain, { repository, tag, layer: Buffer.from(image.padEnd(1024, "\0")), entrypoint: ["/none"] });
    }
    await answers(() => askStatus(`${url}/v2/`, authority.certPem), 200);
    await answers(() => askStatus(`${lockedUrl}/v2/`, authority.certPem), 401);
    return { url, lockedUrl, credentials: CREDENTIALS, caPem: authority.certPem, stop: () => doors.close() };
  } catch (cause) {
    await doors.close();
    throw unavailable(cause);
  }
};
