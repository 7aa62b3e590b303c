import { expect, KINDS, notYet, plan, probes, reached, test, type Bed, type KubeObject } from "@kubera-e2e/fixtures";

const NAMESPACE = "openebs";

interface Device extends KubeObject {
  readonly status?: { readonly state?: string };
  readonly spec?: {
    readonly path?: string;
    readonly details?: { readonly driveType?: string; readonly vendor?: string };
    readonly filesystem?: { readonly mountPoint?: string };
    readonly nodeAttributes?: { readonly nodeName?: string };
  };
}

const NODE_AGENTS = { namespace: NAMESPACE, labelSelector: "openebs.io/component-name=ndm" } as const;

const found = (bed: Bed, nodes: readonly string[] = bed.member.workers) =>
  bed.member.until(probes.blockDevices({ namespace: NAMESPACE, atLeast: 1, claim: "Unclaimed", nodes }), bed.intervals.openebsReady);

const devicesOf = (bed: Bed): Promise<readonly Device[]> => bed.member.kube.list(KINDS.blockDevice, { namespace: NAMESPACE });

const namesOf = (devices: readonly { readonly metadata: { readonly name: string } }[]): string[] =>
  devices.map(({ metadata }) => metadata.name).toSorted();

test.describe("where OpenEBS is installed", () => {
  test.use({ state: "openebs" });

  test(
    "every usable block device is listed with what it is",
    plan("TCID-DIR-OP-DEVICE-VIEW-ALL", { day: 0, priority: 0, assumption: "A-K8S-PROXY" }),
    async ({ bed, project }) => {
      await found(bed);
      const told = await project.proxy(await project.idOf(bed.member)).list("apis/openebs.io/v1alpha1/blockdevices");
      expect(namesOf(told)).toEqual(namesOf(await devicesOf(bed)));
      for (const device of told)
        expect.soft(device, device.metadata.name).toMatchObject({
          spec: {
            capacity: { storage: expect.any(Number) },
            details: { deviceType: expect.any(String), driveType: expect.stringMatching(/^(HDD|SSD)$/) },
            nodeAttributes: { nodeName: expect.stringMatching(new RegExp(`^(${bed.member.nodes.join("|")})$`)) },
          },
          status: { state: "Active", claimState: expect.any(String) },
        });
    },
  );

  test("SSDs are found among the devices", plan("TCID-DIR-OP-DEVICE-FILTER-SSD", { day: 1, priority: 2 }), async ({ bed, project }) => {
    await found(bed);
    const ssds = (await devicesOf(bed)).filter(({ spec }) => spec?.details?.driveType === "SSD");
    expect(ssds).not.toEqual([]);
    const clusterId = await project.idOf(bed.member);
    const [recommendation] = await project.pools.recommendations();
    const raidGroupConfig = { raidType: "stripe", groupDeviceCount: 1 } as const;
    const groups = await project.pools.capacities(recommendation?.id ?? "", { clusterId, raidGroupConfig });
    const names = groups.map(({ deviceGroupName }) => deviceGroupName);
    expect(names).toContainEqual(expect.stringMatching(/^disk-SSD/));
    expect(new Set(names).size, "each kind of device once").toBe(names.length);
  });

  test(
    "neither system disks nor loop devices nor volumes of OpenEBS are discovered",
    plan("TCID-IUOI13", { day: 0, priority: 1 }),
    async ({ bed }) => {
      await found(bed);
      for (const { metadata, spec } of await devicesOf(bed)) {
        expect.soft(spec?.path, metadata.name).not.toMatch(/loop|fd0|sr0|\/dev\/ram|\/dev\/dm-|\/dev\/md/);
        expect.soft(spec?.details?.vendor, metadata.name).not.toMatch(/CLOUDBYT|OpenEBS/i);
        expect.soft(["/", "/boot", "/etc/hosts"], metadata.name).not.toContain(spec?.filesystem?.mountPoint);
      }
    },
  );
});

test.describe("after the installation", () => {
  test.use({ state: "openebs", disturbs: "briefly" });

  test(
    "a node stops storing and starts again",
    plan("TCID-DIR-OP-DEVICE-TOGGLE-NODE", { day: 2, priority: 1, assumption: "A-NODE-RELABEL" }),
    async ({ bed, project }) => {
      const [node = "", ...others] = bed.member.workers;
      await found(bed);
      const known = (await project.nodes({ clusterId: await project.idOf(bed.member) })).find(({ name }) => name === node);
      await project.labelNode(known?.id ?? "", { dataPlaneNode: false });
      await bed.member.until({
        what: `no device of ${node} is Active`,
        kinds: [{ ...KINDS.blockDevice, namespace: NAMESPACE }],
        probe: (view) => {
          const left = view.list<Device>(KINDS.blockDevice, NAMESPACE);
          const active = left.filter(({ spec, status }) => spec?.nodeAttributes?.nodeName === node && status?.state === "Active");
          return active.length === 0 ? reached(true as const) : notYet(`${active.length} are`);
        },
      });
      await found(bed, others);
      expect(await bed.member.kube.list(KINDS.pod, NODE_AGENTS)).toHaveLength(bed.member.nodes.length - 1);
      await project.labelNode(known?.id ?? "", { dataPlaneNode: true });
      await found(bed);
    },
  );
});

test.describe("chosen at the installation", () => {
  test.use({ state: "director", disturbs: true });

  test(
    "devices beyond the given paths stay unknown",
    plan("TCID-DIR-OP-DEVICE-FILTER-PATH", { day: 1, priority: 1, assumption: "A-DEVICE-FILTERS" }),
    async ({ bed }) => {
      await bed.connect();
      await bed.installOpenEBS(bed.member, { filters: { include: ["/dev/sdb", "/dev/sdc"], exclude: ["/dev/sdc"] } });
      await found(bed);
      expect(new Set((await devicesOf(bed)).map(({ spec }) => spec?.path))).toEqual(new Set(["/dev/sdb"]));
    },
  );

  test(
    "nodes that store nothing show no devices",
    plan("TCID-DIR-OP-DEVICE-IGNORE-NODE", { day: 1, priority: 1, assumption: "A-NDM-NODES" }),
    async ({ bed }) => {
      const [, ...storing] = bed.member.workers;
      await bed.connect();
      await bed.installOpenEBS(bed.member, { dataPlane: storing });
      await found(bed, storing);
      const nodes = new Set((await devicesOf(bed)).map(({ spec }) => spec?.nodeAttributes?.nodeName));
      expect(nodes).toEqual(new Set(storing));
    },
  );
});
