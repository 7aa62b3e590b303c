import { expect, KINDS, plan, test } from "@kubera-e2e/fixtures";
import { newName } from "@kubera-e2e/fixtures/pools";

test.use({ state: "openebs" });

test(
  "a hostpath volume is bound by its first pod, keeps what that wrote, and its folder goes with the claim",
  plan("TCID-LOCALPV-HOSTPATH-CREATE", { day: 1, priority: 0 }),
  async ({ apps, bed }) => {
    const claim = await apps.claimHostpath();
    await expect(bed.member.object(claim)).toHaveEvent({ reason: "WaitForFirstConsumer" });
    const app = await apps.keepDiary(claim);
    await expect(bed.member.object(claim)).toBeReady();
    const written = await apps.diary(app);
    expect(written).toHaveLength(1);
    expect(await apps.restarted(app)).toEqual([...written, expect.any(String)]);
    const [node = ""] = await bed.member.nodesOf([{ kind: "Deployment", namespace: app.namespace, name: app.name }]);
    expect(await apps.foldersOn(node)).toContain(app.volume);
    await apps.remove(app);
    expect(await apps.foldersOn(node)).not.toContain(app.volume);
  },
);

test.describe("a volume on a block device", () => {
  test(
    "takes one free device of the node of its pod, keeps what that wrote, and gives the device back with its claim",
    plan("TCID-LOCALPV-RANDOM-DEVICE-CREATE", { day: 1, priority: 1, assumption: "A-OPENEBS-CLASSES" }),
    async ({ apps }) => {
      const { node, free } = await apps.devices.ofOneNode();
      const app = await apps.onDevice({ node });
      const taken = await apps.devices.takenBy(app);
      expect(taken).toHaveLength(1);
      expect(free).toEqual(expect.arrayContaining([...taken]));
      const written = await apps.diary(app);
      expect(written).toHaveLength(1);
      expect(await apps.restarted(app)).toEqual([...written, expect.any(String)]);
      await apps.remove(app);
      await apps.devices.released(taken);
    },
  );

  test(
    "takes the device with the tag of its class, though others are free",
    plan("TCID-LOCALPV-SELECTED-DEVICE-CREATE", { day: 1, priority: 1, row: "a class with the tag", assumption: "A-DEVICE-TAGS" }),
    async ({ apps }) => {
      const { node, free } = await apps.devices.ofOneNode();
      const [, device] = free;
      const tag = await apps.devices.tag(device);
      expect(await apps.devices.takenBy(await apps.onDevice({ node, tag }))).toEqual([device]);
    },
  );

  test(
    "takes another than last time when that one has a tag by now",
    plan("TCID-LOCALPV-SELECTED-DEVICE-CREATE", { day: 1, priority: 1, row: "a class without a tag", assumption: "A-DEVICE-TAGS" }),
    async ({ apps }) => {
      const { node } = await apps.devices.ofOneNode();
      const first = await apps.onDevice({ node });
      const [device = ""] = await apps.devices.takenBy(first);
      await apps.remove(first);
      await apps.devices.released([device]);
      await apps.devices.tag(device);
      const taken = await apps.devices.takenBy(await apps.onDevice({ node }));
      expect(taken).toEqual([expect.any(String)]);
      expect(taken).not.toContain(device);
    },
  );

  test(
    "waits for a tag that no device has, and is bound when one gets it",
    plan("TCID-LOCALPV-SELECTED-DEVICE-RECONCILE", { day: 1, priority: 2, assumption: "A-DEVICE-MISSING" }),
    async ({ apps, bed }) => {
      const { node, free } = await apps.devices.ofOneNode();
      const [other, device] = free;
      await apps.devices.tag(other);
      const tag = newName("tag");
      const claim = await apps.claimDevice({ node, tag });
      await apps.start(claim);
      const reason = "ProvisioningFailed";
      await expect(bed.member.object(claim)).toHaveEvent({ reason, message: "unable to find BD", deadlineMs: bed.intervals.openebsReady });
      expect(await bed.member.kube.get({ ...KINDS.claim, ...claim })).toMatchObject({ status: { phase: "Pending" } });
      await apps.devices.tag(device, tag);
      expect(await apps.devices.takenBy(await apps.started(claim))).toEqual([device]);
    },
  );
});
