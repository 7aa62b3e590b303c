import { expect, plan, test } from "@kubera-e2e/fixtures";
import type { ApplicationWish, BackupSchedule, Dmaas } from "@kubera-e2e/fixtures/dmaas";

const EVERY_MINUTE = "* * * * *";

test.use({ state: "openebs" });

const expectBackedUp = async (dmaas: Dmaas, wish: ApplicationWish): Promise<void> => {
  const schedule = await dmaas.schedule({ app: await dmaas.run(wish), cron: EVERY_MINUTE });
  expect((await dmaas.veleroSchedule(schedule))?.spec?.schedule).toBe(EVERY_MINUTE);
  const backup = await dmaas.nextBackup(schedule);
  expect(backup.status?.phase).toBe("Completed");
  const keys = await dmaas.bucket.keys();
  expect(keys).toContain(`${dmaas.bucket.name}/backups/${backup.metadata.name}/velero-backup.json`);
  expect(keys.some((key) => key.startsWith(`${dmaas.bucket.name}/restic/`))).toBe(wish.storageClass !== undefined);
};

for (const { kind, engine, details } of [
  {
    kind: "Deployment",
    engine: "hostpath",
    details: plan("TCID-DIR-DMAAS-SCHD-DEPLOY-LOCALPV", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  },
  {
    kind: "Deployment",
    engine: "jiva",
    details: plan("TCID-DIR-DMAAS-SCHD-DEPLOY-JIVA", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  },
  {
    kind: "StatefulSet",
    engine: "hostpath",
    details: plan("TCID-DIR-DMAAS-SCHD-STS-LOCALPV", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  },
  {
    kind: "StatefulSet",
    engine: "jiva",
    details: plan("TCID-DIR-DMAAS-SCHD-STS-JIVA", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  },
] as const) {
  test(`a ${kind} on ${engine} volumes is backed up by schedule`, details, async ({ dmaas }) => {
    await expectBackedUp(dmaas, { kind, storageClass: await dmaas.storageClass(engine) });
  });
}

for (const { kind, details } of [
  { kind: "Deployment", details: plan("TCID-DIR-DMAAS-SCHD-DEPLOY-CSTOR", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }) },
  { kind: "StatefulSet", details: plan("TCID-DIR-DMAAS-SCHD-STS-CSTOR", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }) },
] as const) {
  test(`a ${kind} on cStor volumes is backed up by schedule`, details, async ({ dmaas, pools }) => {
    const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    await expectBackedUp(dmaas, { kind, storageClass: await pools.classOn(pool, 1) });
    await dmaas.clear();
  });
}

test(
  "an application without volumes is backed up by schedule",
  plan("TCID-DIR-DMAAS-SCHD-STATELESS", { day: 1, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ dmaas }) => {
    await expectBackedUp(dmaas, { kind: "Deployment" });
  },
);

const names = async (dmaas: Dmaas, schedule: BackupSchedule): Promise<readonly string[]> =>
  (await dmaas.backups(schedule)).map(({ metadata }) => metadata.name);

test(
  "a schedule goes, its backups and its application stay",
  plan("TCID-DIR-DMAAS-SCHD-DELETE", { day: 2, priority: 1, assumption: "A-DMAAS-FINALIZER" }),
  async ({ dmaas }) => {
    const app = await dmaas.run();
    const lines = await dmaas.diary(app);
    const schedule = await dmaas.schedule({ app, cron: EVERY_MINUTE });
    const backup = await dmaas.nextBackup(schedule);
    await dmaas.unschedule(schedule);
    expect(await dmaas.veleroSchedule(schedule)).toBeUndefined();
    expect(await names(dmaas, schedule)).toContain(backup.metadata.name);
    expect(await dmaas.diary(app)).toEqual(lines);
  },
);

test(
  "no backup is made of schedules that are deleted",
  plan("TCID-DIR-DMAAS-MINIO-DELETE", { day: 2, priority: 1, assumption: "A-DMAAS-FINALIZER" }),
  async ({ dmaas }) => {
    const app = await dmaas.run();
    const [first, second, lasting] = [
      await dmaas.schedule({ app, cron: EVERY_MINUTE }),
      await dmaas.schedule({ app, cron: EVERY_MINUTE }),
      await dmaas.schedule({ app, cron: EVERY_MINUTE }),
    ];
    for (const schedule of [first, second]) await dmaas.nextBackup(schedule);
    for (const schedule of [first, second]) await dmaas.unschedule(schedule);
    await dmaas.nextBackup(lasting);
    const before = [await names(dmaas, first), await names(dmaas, second)];
    expect(before.every((backups) => backups.length > 0)).toBe(true);
    for (const _time of ["a minute", "another"]) await dmaas.nextBackup(lasting);
    expect([await names(dmaas, first), await names(dmaas, second)]).toEqual(before);
  },
);

test(
  "as many backups remain as are wanted, the newest",
  plan("TCID-DIR-DMAAS-SCHD-RETENTION", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ dmaas }) => {
    const schedule = await dmaas.schedule({ app: await dmaas.run(), cron: EVERY_MINUTE, keep: 2 });
    const oldest = await dmaas.nextBackup(schedule);
    const lies = async () => (await dmaas.bucket.keys()).some((key) => key.includes(oldest.metadata.name));
    expect(await lies()).toBe(true);
    const newer = [await dmaas.nextBackup(schedule), await dmaas.nextBackup(schedule)];
    expect(newer.map(({ status }) => status?.phase)).toEqual(["Completed", "Completed"]);
    await dmaas.untilKept(
      schedule,
      (backups) => backups.length === 2 && !backups.some((one) => one.metadata.name === oldest.metadata.name),
    );
    expect(await lies()).toBe(false);
  },
);

test(
  "a backup is Completed, and one that cannot be written says why",
  plan("TCID-DIR-DMAAS-BACKUP-STATUS", { day: 2, priority: 0, assumption: "A-DMAAS-FAILURE" }),
  async ({ dmaas }) => {
    const app = await dmaas.run();
    expect((await dmaas.backup({ app })).status?.phase).toBe("Completed");
    await dmaas.breakKey();
    const { status } = await dmaas.backup({ app });
    expect(status?.phase).toMatch(/^(Failed|PartiallyFailed)$/);
    expect(status?.failureReason).toMatch(/\w+/);
  },
);

test(
  "secrets that are left out are in no bucket",
  plan("TCID-DIR-DMAAS-EXCLUDE-SECRET", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  async ({ bed, dmaas }) => {
    const app = await dmaas.run();
    const value = await dmaas.addSecret(app);
    const backup = await dmaas.backup({ app, without: ["secrets"] });
    expect(await dmaas.bucket.text()).not.toContain(value);
    expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
    await dmaas.diary(app, bed.server);
    await expect(bed.server.object({ apiVersion: "v1", kind: "Secret", namespace: app.namespace, name: "keys" })).toBeGone();
    await dmaas.backup({ app });
    expect(await dmaas.bucket.text()).toContain(value);
  },
);
