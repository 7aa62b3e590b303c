import { expect, plan, test, type Bed, type DirectorClient } from "@kubera-e2e/fixtures";
import { jobOf, openObservation, type Observation } from "@kubera-e2e/fixtures/observe";
import type { Person } from "@kubera-e2e/fixtures/people";

interface Place {
  readonly clusterId: string;
  readonly observation: Observation;
}

/** A cluster of somebody's own, which is as good as a connected one for alerts that are posted. */
const ownCluster = async ({ own }: Person, name: string): Promise<string> =>
  (await own.registerCluster({ name, projectId: own.projectId, provider: "others" })).id;

const placeOf = async (person: Person, { bed, director }: { bed: Bed; director: DirectorClient }): Promise<Place> => ({
  clusterId: await ownCluster(person, "alerting-1"),
  observation: await openObservation({ bed, administrator: director }, person.own),
});

const post = async ({ clusterId, observation }: Place, alertname: string): Promise<string> => {
  const labels = { alertname, job: jobOf(clusterId), severity: "warning" };
  return (await observation.alerts.post({ labels, annotations: { SUMMARY: `${alertname} was seen` } })).id;
};

const acknowledged = async ({ observation }: Place): Promise<readonly string[]> =>
  (await observation.alerts.list()).filter((alert) => alert.acknowledged).map(({ labels }) => labels.alertname);

test(
  "one alert is acknowledged and no other",
  plan("TCID-DIR-ALERTS-ACK-SINGLE", { day: 2, priority: 1, assumption: "A-ALERT-ACK" }),
  async ({ bed, director, people }) => {
    const place = await placeOf(await people.signUp(), { bed, director });
    await post(place, "First");
    const second = await post(place, "Second");
    expect(await acknowledged(place)).toEqual([]);
    await place.observation.alerts.acknowledge([second]);
    expect(await acknowledged(place)).toEqual(["Second"]);
    expect(await place.observation.alerts.list()).toHaveLength(2);
  },
);

test(
  "a choice of alerts is acknowledged at once, all or none",
  plan("TCID-DIR-ALERTS-ACK-BULK", { day: 2, priority: 2, assumption: "A-ALERT-ACK" }),
  async ({ bed, director, people }) => {
    const [place, foreign] = [
      await placeOf(await people.signUp(), { bed, director }),
      await placeOf(await people.signUp(), { bed, director }),
    ];
    const [first, , third] = [await post(place, "First"), await post(place, "Second"), await post(place, "Third")];
    const others = await post(foreign, "Foreign");
    await expect(place.observation.alerts.acknowledge([first, others])).rejects.toThrow(/DIRECTOR_REFUSED.* 4\d\d /);
    expect([...(await acknowledged(place)), ...(await acknowledged(foreign))]).toEqual([]);
    await place.observation.alerts.acknowledge([first, third]);
    expect(await acknowledged(place)).toEqual(["First", "Third"]);
  },
);

test(
  "a cluster's list holds no other's alerts",
  plan("TCID-DIR-ALERTS-CLUSTER-SCOPE", { day: 2, priority: 1, assumption: "A-ALERTS-REST" }),
  async ({ bed, director, people }) => {
    const person = await people.signUp();
    const one = await placeOf(person, { bed, director });
    const other = { ...one, clusterId: await ownCluster(person, "alerting-2") };
    const foreign = await placeOf(await people.signUp(), { bed, director });
    for (const [place, name] of [
      [one, "OfOne"],
      [other, "OfOther"],
      [foreign, "Foreign"],
    ] as const)
      await post(place, name);
    const namesOf = async (clusterId?: string) =>
      (await one.observation.alerts.list(clusterId === undefined ? {} : { clusterId })).map(({ labels }) => labels.alertname);
    expect(await namesOf(one.clusterId)).toEqual(["OfOne"]);
    expect(await namesOf(other.clusterId)).toEqual(["OfOther"]);
    expect(await namesOf()).toEqual(["OfOne", "OfOther"]);
    expect(await namesOf(foreign.clusterId)).toEqual([]);
  },
);
