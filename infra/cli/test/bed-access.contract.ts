import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sshdAvailability, startSshd, type Sshd, type SshdRequest } from "@kubera-e2e/peers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runE2e, type Said } from "./run-e2e.ts";
import { openSimPlace, type SimPlace } from "./sim-place.ts";

const there = await sshdAvailability();

const because = there.available ? "" : ` (SKIPPED: ${there.because})`;
if (!there.available) process.stderr.write(`SKIPPED: ${there.because}, so no bed was reached through a jump host\n`);

let place: SimPlace;

/** The bed sim behind a jump host, with the port of everything that it has. */
const behind = async (request: SshdRequest = {}) => {
  const sshd = await startSshd(request);
  const config = join(place.workplace.root, `config-${sshd.port}`);
  mkdirSync(join(config, "testbeds"), { recursive: true });
  const access = `access: { via: jump-host, destination: bastion, options: [-F, ${sshd.config}] }\n`;
  const file = join(config, "testbeds", "sim.yaml");
  writeFileSync(file, readFileSync(join(ROOT, "infra", "testbeds", "sim.yaml"), "utf8").replace("machines:", `${access}machines:`));
  const environment = { ...place.environment, KUBERA_CONFIG: config };
  return { sshd, file, e2e: (...args: readonly string[]): Promise<Said> => runE2e(environment, args) };
};

const portOf = (url: string): string => new URL(url).port;

const asked = ({ log }: Sshd): Set<string> => new Set([...log().matchAll(/target 127\.0\.0\.1 port (\d+)/g)].map(([, port = ""]) => port));

describe.skipIf(!there.available)(`a bed behind a jump host${because}`, () => {
  let bed: Awaited<ReturnType<typeof behind>>;
  beforeAll(async () => {
    place = await openSimPlace(300);
    bed = await behind();
  });
  afterAll(async () => {
    await bed.sshd.stop();
    await place.close();
  });

  test("is looked at and restored through it, vSphere and clusters alike", async () => {
    const { vsphere, clusters } = place.sim.up;
    const status = await bed.e2e("bed", "status", "sim");
    expect([status.code, status.err]).toEqual([0, ""]);
    expect(asked(bed.sshd)).toEqual(new Set([portOf(vsphere.url)]));
    const restored = await bed.e2e("bed", "restore", "sim", "--state", "bare", "--yes");
    expect(restored.code, restored.err).toBe(0);
    expect(restored.out).toContain("sim: restored (bare");
    expect(asked(bed.sshd)).toEqual(new Set([vsphere, ...clusters].map(({ url }) => portOf(url))));
    await expect.poll(() => bed.sshd.open()).toBe(0);
  });

  test("is checked hop by hop", async () => {
    const said = await bed.e2e(
      "check",
      "--bed",
      "sim",
      "--json",
      "--only",
      "jump-host-login,jump-host-forward,kube-reachable,vsphere-login",
    );
    const reports = JSON.parse(said.out) as { readonly id: string; readonly subject: string; readonly status: string }[];
    const { vsphere } = place.sim.up;
    expect(reports.map(({ id, subject, status }) => `${id} ${subject} ${status}`)).toEqual([
      "jump-host-login the jump host bastion ok",
      ...["machines", "clusters.server", "clusters.member", "registry", "director"].map((name) => `jump-host-forward ${name} ok`),
      `vsphere-login ${vsphere.url} ok`,
      "kube-reachable server ok",
      "kube-reachable member ok",
    ]);
  });

  test("is reached by no other way when the jump host lets nothing through", async () => {
    const strict = await behind({ forwarding: "no" });
    const { host, port } = new URL(place.sim.up.vsphere.url);
    const said = await strict.e2e("bed", "status", "sim");
    expect(said).toEqual({
      code: 22,
      out: "",
      err: [
        `[JUMP_HOST_FORWARD_REFUSED] the jump host bastion lets no connection through to ${host}`,
        `  where:   from the jump host bastion to 127.0.0.1:${port}`,
        "  because: ssh says: administratively prohibited: open failed",
        "  fix:     Let its owner allow it: AllowTcpForwarding and PermitOpen in sshd_config, or permitopen and restrict of your key.\n",
      ].join("\n"),
    });
    const checked = await strict.e2e("check", "--bed", "sim", "--only", "jump-host-login,jump-host-forward");
    expect([checked.code, checked.err]).toEqual([20, ""]);
    expect(checked.out).toContain(
      "ok       jump-host-login      the jump host bastion lets us in: ssh came through to the jump host bastion\n",
    );
    expect(checked.out.match(/^BLOCKS {3}jump-host-forward +the jump host bastion lets us through to \S+: the jump host/gm)).toHaveLength(
      5,
    );
    await strict.sshd.stop();
  });
});
