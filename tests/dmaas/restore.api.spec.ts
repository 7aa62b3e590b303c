import { expect, plan, test } from "@kubera-e2e/fixtures";

const EVERY_MINUTE = "* * * * *";

test.use({ state: "openebs" });

const STORAGE = [
  {
    engine: "hostpath",
    details: plan("TCID-DIR-DMAAS-SCHD-LOCAL-HP-MINIO-BUCKET", { day: 2, priority: 0, assumption: "A-DMAAS-OBJECTS" }),
  },
  {
    engine: "jiva",
    details: plan("TCID-DIR-DMAAS-SCHD-JIVA-MINIO-BUCKET", { day: 2, priority: 0, assumption: "A-DMAAS-OBJECTS" }),
  },
  {
    engine: "device",
    details: plan("TCID-DIR-DMAAS-SCHD-LOCAL-DEV-MINIO-BUCKET", { day: 2, priority: 1, assumption: "A-DMAAS-OBJECTS" }),
  },
] as const;

for (const { engine, details } of STORAGE) {
  test(`an application on ${engine} volumes is restored with its data on another cluster`, details, async ({ bed, dmaas }) => {
    const app = await dmaas.run({ kind: "StatefulSet", storageClass: await dmaas.storageClass(engine) });
    const lines = await dmaas.diary(app);
    const backup = await dmaas.nextBackup(await dmaas.schedule({ app, cron: EVERY_MINUTE, keep: 5 }));
    expect(backup.status?.phase).toBe("Completed");
    expect((await dmaas.restore(backup)).status?.phase).toBe("Completed");
    expect(await dmaas.diary(app, bed.server)).toEqual([...lines, expect.any(String)]);
  });
}
