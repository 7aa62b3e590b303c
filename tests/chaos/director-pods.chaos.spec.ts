import { expect, plan, test } from "@kubera-e2e/fixtures";
import type { Person } from "@kubera-e2e/fixtures/people";

/** `outageMs`: how long its user may miss Director; 0: not for one sample. */
const KILLED = [
  {
    details: plan("TCID-DIR-CHAOS-KILL-MAYA-IO-SERVER", { day: 2, priority: 0 }),
    what: "the API server",
    workloads: ["maya-io"],
    outageMs: 120_000,
  },
  { details: plan("TCID-DIR-CHAOS-KILL-MYSQL", { day: 2, priority: 0 }), what: "MySQL", workloads: ["mysql"], outageMs: 180_000 },
  {
    details: plan("TCID-DIR-CHAOS-KILL-INGRESS-NGINX", { day: 2, priority: 0 }),
    what: "the ingress controller",
    workloads: ["nginx-ingress"],
    outageMs: 60_000,
  },
  { details: plan("TCID-DIR-CHAOS-KILL-MAYA-UI", { day: 2, priority: 1 }), what: "the front end", workloads: ["maya-ui"], outageMs: 0 },
  {
    details: plan("TCID-DIR-CHAOS-KILL-CLOUD-AGENT", { day: 2, priority: 1 }),
    what: "the cloud agent",
    workloads: ["cloud-agent"],
    outageMs: 0,
  },
  {
    details: plan("TCID-DIR-CHAOS-KILL-PRESENTATION", { day: 2, priority: 2 }),
    what: "Grafana, Kibana and the chat",
    workloads: ["maya-grafana", "od-kibana-logging", "chat-server"],
    outageMs: 0,
  },
] as const;

/** What somebody who was signed in before has of Director: the own account, by the session from before. */
const account =
  ({ director, accountId }: Person) =>
  async (): Promise<string | undefined> => {
    const { status } = await director.request({ method: "GET", path: `/v3/accounts/${accountId}`, timeoutMs: 5000 });
    return status === 200 ? undefined : `answered ${status}`;
  };

test.describe("Director loses nothing when a kill ends", { tag: "@disruptive" }, () => {
  for (const { details, what, workloads, outageMs } of KILLED) {
    test(what, details, async ({ bed, people, release }) => {
      const person = await people.signUp();
      const seen = bed.sample(`Director answers who was there before ${what} was killed`, account(person));
      const hit = release.workloads.filter(({ name }) => workloads.some((one) => one === name));
      const namespace = bed.directorNamespace;
      await bed.server.killUntilReady(
        hit.map(({ kind, name }) => ({ kind, namespace, name })),
        bed.intervals.directorReady,
      );
      const outages = await seen.steady(bed.intervals.directorReady);
      expect(seen.longestMs, JSON.stringify(outages)).toBeLessThanOrEqual(outageMs);
      expect(hit).toHaveLength(workloads.length);
    });
  }
});
