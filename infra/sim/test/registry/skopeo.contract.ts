import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority } from "../../src/certificates/authority.ts";
import { startRegistry, type RunningRegistry } from "../../src/registry/registry-server.ts";

const run = promisify(execFile);

const hasSkopeo = (): boolean => {
  try {
    execFileSync("skopeo", ["--version"]);
    return true;
  } catch {
    process.stderr.write("SKIPPED: skopeo is not installed (apt-get install skopeo), so the registry was not proven against it\n");
    return false;
  }
};

describe.skipIf(!hasSkopeo())("registry, spoken to by skopeo", () => {
  let folder: string;
  let registry: RunningRegistry;
  const skopeo = async (command: string, ...args: string[]): Promise<string> => {
    const trust = { inspect: ["--cert-dir"], copy: ["--src-cert-dir", "--dest-cert-dir"] }[command] ?? [];
    const { stdout } = await run("skopeo", [command, ...trust.map((flag) => `${flag}=${join(folder, "certs")}`), ...args]);
    return stdout;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sim-skopeo-"));
    const authority = await createAuthority();
    mkdirSync(join(folder, "certs"));
    writeFileSync(join(folder, "certs", "ca.crt"), authority.certPem);
    writeFileSync(join(folder, "policy.json"), '{"default":[{"type":"insecureAcceptAnything"}]}');
    registry = await startRegistry({ authority });
  });
  afterAll(async () => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is inspected", async () => {
    const told = JSON.parse(await skopeo("inspect", `docker://${registry.host}/mayadata/mysql:1.12.0`)) as Record<string, unknown>;
    expect(told).toMatchObject({ Architecture: "amd64", RepoTags: ["1.11.0", "1.12.0"], Labels: { "sim.kubera/size-bytes": "157000000" } });
  });

  it.each(["mayadata/cassandra:1.11.0", "openebs/openebs-ndm:2.0.0-ee"])("gives %s to a folder and takes it back", async (image) => {
    const target = `dir:${join(folder, image.replaceAll(/\W/g, "-"))}`;
    await skopeo("copy", "--all", `docker://${registry.host}/${image}`, target);
    const back = `docker://${registry.host}/copies/${image}`;
    await skopeo("copy", "--all", target, back);
    const digest = (text: string): unknown => (JSON.parse(text) as { Digest: unknown }).Digest;
    const original = digest(await skopeo("inspect", `docker://${registry.host}/${image}`));
    expect(digest(await skopeo("inspect", back))).toBe(original);
  });

  it("refuses an unknown tag in skopeo's own words", async () => {
    await expect(skopeo("inspect", `docker://${registry.host}/mayadata/mysql:9`)).rejects.toThrow(/manifest unknown/);
  });
});
