import { expect, plan, test } from "@kubera-e2e/fixtures";
import { jobOf, openObservation } from "@kubera-e2e/fixtures/observe";
import type { Person } from "@kubera-e2e/fixtures/people";

const ownCluster = async ({ own }: Person): Promise<string> =>
  (await own.registerCluster({ name: "alerting-1", projectId: own.projectId, provider: "others" })).id;

const REFUSED = /DIRECTOR_REFUSED.* 4\d\d /;

test(
  "no alert is taken without a name, or of another project's cluster",
  plan("TCID-DIR-ALERTS-CLUSTER-SCOPE", { day: 2, priority: 1, row: "posted", assumption: "A-ALERTS-REST" }),
  async ({ bed, director, people }) => {
    const [person, stranger] = [await people.signUp(), await people.signUp()];
    const { alerts } = await openObservation({ bed, administrator: director }, person.own);
    const [own, foreign] = [await ownCluster(person), await ownCluster(stranger)];
    const annotations = { SUMMARY: "it was seen" };
    for (const labels of [
      { alertname: "", job: jobOf(own), severity: "warning" },
      { alertname: "Foreign", job: jobOf(foreign), severity: "warning" },
    ])
      await expect.soft(alerts.post({ labels, annotations }), JSON.stringify(labels)).rejects.toThrow(REFUSED);
    const key = await person.own.projectKey(person.own.projectId, await director.setting("websocketproxy.unique.identity"));
    const [publicValue = "", secretValue = ""] = Buffer.from(key, "base64").toString("utf8").split(":");
    const body = { labels: { alertname: "Foreign", job: jobOf(own), severity: "warning" }, annotations };
    const headers = { "x-scope-orgid": stranger.own.projectId };
    const posted = { method: "POST", path: "/alertstore/alerts", headers, body } as const;
    expect(await director.withApiKey({ publicValue, secretValue }).request(posted), "for another project").toBeRefused();
    expect(await alerts.list()).toEqual([]);
    const theirs = await openObservation({ bed, administrator: director }, stranger.own);
    expect(await theirs.alerts.list()).toEqual([]);
  },
);

test(
  "nothing is acknowledged where nothing is chosen",
  plan("TCID-DIR-ALERTS-ACK-BULK", { day: 2, priority: 2, row: "none", assumption: "A-ALERT-ACK" }),
  async ({ bed, director, people }) => {
    const person = await people.signUp();
    const { alerts } = await openObservation({ bed, administrator: director }, person.own);
    const labels = { alertname: "First", job: jobOf(await ownCluster(person)), severity: "warning" };
    await alerts.post({ labels, annotations: { SUMMARY: "it was seen" } });
    await expect(alerts.acknowledge([])).rejects.toThrow(REFUSED);
    expect(await alerts.list()).toMatchObject([{ acknowledged: false }]);
  },
);
