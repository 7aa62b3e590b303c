import { expect, plan, test } from "@kubera-e2e/fixtures";

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
