import { expect, plan, test, type Bed } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const EVERY_MINUTE = "* * * * *";

const killed = ({ member, intervals }: Bed, name: string): Promise<void> =>
  member.killUntilReady([{ kind: "Deployment", namespace: "maya-system", name }], intervals.clusterActive);

test.describe("of an application with data", { tag: "@disruptive" }, () => {
  test(
    "backups are made, and old ones go, after dmaas-agent was killed",
    plan("TCID-DIR-CHAOS-AGENT-KILL-DMAAS-AGENT", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
    async ({ bed, dmaas }) => {
      const app = await dmaas.run({ storageClass: await dmaas.storageClass("hostpath") });
      const lines = await dmaas.diary(app);
      const schedule = await dmaas.schedule({ app, cron: EVERY_MINUTE, keep: 2 });
      const first = await dmaas.nextBackup(schedule);
      await killed(bed, "dmaas-agent");
      const later = await dmaas.nextBackup(schedule);
      expect(later.status?.phase).toBe("Completed");
      const isGone = (name: string) => (left: readonly { readonly metadata: { readonly name: string } }[]) =>
        left.length > 0 && left.every(({ metadata }) => metadata.name !== name);
      const [newest = later] = await dmaas.untilKept(schedule, isGone(first.metadata.name));
      await dmaas.unschedule(schedule);
      expect((await dmaas.restore(newest)).status?.phase).toBe("Completed");
      expect(await dmaas.diary(app, bed.server)).toEqual([...lines, expect.any(String)]);
    },
  );

  test(
    "a backup ends well after velero was killed, and those of before are restored too",
    plan("TCID-DIR-CHAOS-AGENT-KILL-VELERO", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
    async ({ bed, dmaas }) => {
      const app = await dmaas.run({ storageClass: await dmaas.storageClass("hostpath") });
      const lines = await dmaas.diary(app);
      const schedule = await dmaas.schedule({ app, cron: EVERY_MINUTE });
      const before = await dmaas.nextBackup(schedule);
      await killed(bed, "velero");
      // One that was under way may have been spoiled; the one after it began later.
      const ended = [await dmaas.nextBackup(schedule), await dmaas.nextBackup(schedule)];
      const whole = ended.filter(({ status }) => status?.phase === "Completed");
      expect(whole).not.toEqual([]);
      for (const backup of [before, ...whole.slice(-1)]) {
        expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
        expect(await dmaas.diary(app, bed.server)).toEqual([...lines, expect.any(String)]);
        await dmaas.remove(app, bed.server);
      }
    },
  );
});
