import { expect, plan, test } from "@kubera-e2e/fixtures";
import type { ApplicationWish, Dmaas } from "@kubera-e2e/fixtures/dmaas";
import type { Bed } from "@kubera-e2e/fixtures";

const EVERY_MINUTE = "* * * * *";

test.use({ state: "openebs" });

/** The line that an application adds at its start on the other cluster. */
const ONE_MORE: unknown = expect.any(String);

const expectMoved = async (bed: Bed, dmaas: Dmaas, wish: ApplicationWish): Promise<void> => {
  const app = await dmaas.run(wish);
  const lines = await dmaas.diary(app);
  const backup = await dmaas.nextBackup(await dmaas.schedule({ app, cron: EVERY_MINUTE, keep: 5 }));
  expect(backup.status?.phase).toBe("Completed");
  expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
  expect(await dmaas.diary(app, bed.server)).toEqual([...lines, ONE_MORE]);
};

for (const { engine, details } of [
  {
    engine: "hostpath",
    details: plan("TCID-DIR-DMAAS-SCHD-LOCAL-HP-MINIO-BUCKET", { day: 2, priority: 0, assumption: "A-DMAAS-OBJECTS" }),
  },
  { engine: "jiva", details: plan("TCID-DIR-DMAAS-SCHD-JIVA-MINIO-BUCKET", { day: 2, priority: 0, assumption: "A-DMAAS-OBJECTS" }) },
  { engine: "device", details: plan("TCID-DIR-DMAAS-SCHD-LOCAL-DEV-MINIO-BUCKET", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }) },
] as const) {
  test(`an application on ${engine} volumes is restored with its data on another cluster`, details, async ({ bed, dmaas }) => {
    await expectMoved(bed, dmaas, { kind: "StatefulSet", storageClass: await dmaas.storageClass(engine) });
  });
}

test(
  "an application on cStor volumes is restored with its data on another cluster",
  plan("TCID-DIR-DMAAS-SCHD-CSTOR-MINIO-BUCKET", { day: 2, priority: 0, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas, pools }) => {
    const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    const storageClass = await pools.classOn(pool, 1);
    await dmaas.offerClass(storageClass);
    await expectMoved(bed, dmaas, { kind: "Deployment", storageClass });
    await dmaas.clear();
  },
);

test(
  "an application without volumes is restored",
  plan("TCID-DIR-DMAAS-RESTORE-STATELESS", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    const app = await dmaas.run();
    const backup = await dmaas.backup({ app });
    expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
    await expect(bed.server.object({ kind: "Deployment", namespace: app.namespace, name: app.name })).toBeReady();
    const settings = { apiVersion: "v1", kind: "ConfigMap", namespace: app.namespace, name: "settings" };
    expect(await bed.server.kube.get(settings)).toMatchObject({ data: { owner: app.name } });
  },
);

test(
  "every backup on the list is restored",
  plan("TCID-DIR-DMAAS-RESTORE-CHOSEN-BACKUP", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    const app = await dmaas.run({ storageClass: await dmaas.storageClass("hostpath") });
    const lines = await dmaas.diary(app);
    const schedule = await dmaas.schedule({ app, cron: EVERY_MINUTE });
    const backups = [await dmaas.nextBackup(schedule), await dmaas.nextBackup(schedule)];
    for (const backup of backups) {
      expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
      expect(await dmaas.diary(app, bed.server)).toEqual([...lines, ONE_MORE]);
      await dmaas.remove(app, bed.server);
    }
  },
);

test(
  "the first, the last and the backup before it restore three states",
  plan("TCID-DIR-DMAAS-RESTORE-POINT-SELECTION", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    // Its pod keeps its name, so that no backup can be told from another by that.
    const app = await dmaas.run({ kind: "StatefulSet", storageClass: await dmaas.storageClass("hostpath") });
    const points = [{ backup: await dmaas.backup({ app }), lines: await dmaas.diary(app) }];
    for (const _later of ["second", "third"]) {
      await dmaas.restart(app);
      points.push({ backup: await dmaas.backup({ app }), lines: await dmaas.diary(app) });
    }
    expect(points.map(({ lines }) => lines.length)).toEqual([1, 2, 3]);
    for (const { backup, lines } of points) {
      await dmaas.restore(backup);
      expect(await dmaas.diary(app, bed.server)).toEqual([...lines, ONE_MORE]);
      await dmaas.remove(app, bed.server);
    }
  },
);

test(
  "pods that restart do not spoil their backups",
  plan("TCID-DIR-DMAAS-BACKUP-APP-WITH-RESTARTS", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    const app = await dmaas.run({ storageClass: await dmaas.storageClass("hostpath") });
    const schedule = await dmaas.schedule({ app, cron: EVERY_MINUTE });
    await dmaas.nextBackup(schedule);
    await dmaas.restart(app);
    const lines = await dmaas.diary(app);
    // One that was under way may hold what was before; the one after it began later.
    await dmaas.nextBackup(schedule);
    const later = await dmaas.nextBackup(schedule);
    expect(later.status?.phase).toBe("Completed");
    expect((await dmaas.restore(later)).status?.phase).toBe("Completed");
    expect(await dmaas.diary(app, bed.server)).toEqual([...lines, ONE_MORE]);
  },
);

test(
  "pods that change nodes do not spoil their backups",
  plan("TCID-DIR-DMAAS-BACKUP-APP-WITH-EVICTION", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    const app = await dmaas.run({ storageClass: await dmaas.storageClass("jiva") });
    const schedule = await dmaas.schedule({ app, cron: EVERY_MINUTE });
    await dmaas.nextBackup(schedule);
    const [node = ""] = await bed.member.nodesOf([app]);
    await bed.member.cordon(node);
    await bed.member.evict(app);
    const lines = await dmaas.diary(app);
    await bed.member.uncordon(node);
    expect(lines).toHaveLength(2);
    expect(await bed.member.nodesOf([app])).not.toContain(node);
    await dmaas.nextBackup(schedule);
    const later = await dmaas.nextBackup(schedule);
    expect(later.status?.phase).toBe("Completed");
    expect((await dmaas.restore(later)).status?.phase).toBe("Completed");
    expect(await dmaas.diary(app, bed.server)).toEqual([...lines, ONE_MORE]);
  },
);

test(
  "a cluster finds the backups of others in a bucket",
  plan("TCID-DIR-DMAAS-DISCOVER-BACKUPS", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    const backup = await dmaas.backup({ app: await dmaas.run() });
    const object = bed.server.object({ apiVersion: "velero.io/v1", kind: "Backup", namespace: "maya-system", name: backup.metadata.name });
    await expect(object).toBeGone();
    expect((await dmaas.find(backup, bed.server)).status?.phase).toBe("Completed");
  },
);

test.describe("a source cluster that is gone", () => {
  test.use({ disturbs: true });

  test(
    "does not take its backups along",
    plan("TCID-DIR-DMAAS-SOURCE-CLUSTER-GONE", { day: 2, priority: 0, assumption: "A-DMAAS-OBJECTS" }),
    async ({ bed, project, dmaas }) => {
      const app = await dmaas.run({ kind: "StatefulSet", storageClass: await dmaas.storageClass("hostpath") });
      const lines = await dmaas.diary(app);
      const backup = await dmaas.backup({ app });
      await project.deleteCluster(await project.idOf(bed.member));
      await expect(bed.member.object({ kind: "Namespace", name: "maya-system" })).toBeGone();
      await dmaas.remove(app);
      expect((await dmaas.find(backup)).status?.phase).toBe("Completed");
      expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
      expect(await dmaas.diary(app, bed.server)).toEqual([...lines, ONE_MORE]);
    },
  );
});
