import { expect, plan, probes, test, type DirectorClient } from "@kubera-e2e/fixtures";

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

const signUp = (director: DirectorClient, name: string): Promise<DirectorClient> => {
  const stamp = Date.now().toString(36);
  return director.anonymous().signUp({ firstName: "Kim", email: `${name}-${stamp}@example.com`, password: `Kim1!${stamp}` });
};

/** What somebody who was signed in before has of Director: the own account, by the session from before. */
const account = (person: DirectorClient) => async (): Promise<string | undefined> => {
  const { status } = await person.request({ method: "GET", path: `/v3/accounts/${person.session?.accountId ?? ""}`, timeoutMs: 5000 });
  return status === 200 ? undefined : `answered ${status}`;
};

test.describe("Director loses nothing when a kill ends", { tag: "@disruptive" }, () => {
  for (const { details, what, workloads, outageMs } of KILLED) {
    test(what, details, async ({ bed, director, release }) => {
      const person = await signUp(director, workloads[0]);
      const seen = bed.sample(`Director answers who was there before ${what} was killed`, account(person));
      const hit = release.workloads.filter(({ name }) => workloads.some((one) => one === name));
      const namespace = bed.directorNamespace;
      for (const { kind, name } of hit) await bed.server.kill({ kind, namespace, name });
      for (const { kind, name } of hit)
        await bed.server.until(probes.workloadReady({ kind, namespace, name }), bed.intervals.directorReady);
      const outages = await seen.steady(bed.intervals.directorReady);
      expect(seen.longestMs, JSON.stringify(outages)).toBeLessThanOrEqual(outageMs);
      expect(hit).toHaveLength(workloads.length);
    });
  }
});
