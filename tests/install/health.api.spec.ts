import { expect, KINDS, notYet, plan, probes, reached, test, waitUntil, type Bed, type KubeObject } from "@kubera-e2e/fixtures";
import { newPassword, uniqueEmail, type Person } from "@kubera-e2e/fixtures/people";

/** They have cases of their own. */
const OWN_CASES: ReadonlySet<string> = new Set(["maya-io", "maya-ui", "mysql", "nginx-ingress"]);

type Service = KubeObject & { readonly spec?: { readonly type?: string; readonly clusterIP?: string } };
type Amounts = Readonly<Record<string, string>>;
type Node = KubeObject & { readonly status?: { readonly allocatable?: Amounts } };
type Pod = KubeObject & {
  readonly spec?: { readonly nodeName?: string; readonly containers: readonly { readonly resources?: { readonly requests?: Amounts } }[] };
};

test(
  "the front end hands out its first page, and people sign up and in through it",
  plan("TCID-DIR-HEALTH-MAYA-UI", { day: 0, priority: 0 }),
  async ({ bed, director }) => {
    await bed.server.until(probes.deploymentAvailable({ namespace: bed.directorNamespace, name: "maya-ui" }));
    const anybody = director.anonymous();
    const page = await anybody.request({ method: "GET", path: "/login" });
    expect(page).toMatchObject({ status: 200, headers: { "content-type": expect.stringContaining("text/html") } });
    const [publicValue, secretValue] = [uniqueEmail("health"), newPassword()];
    const signUp = { firstName: "Hal", password: { publicValue, secretValue } };
    expect((await anybody.request({ method: "POST", path: "/v3/localAuthConfig", body: signUp })).status).toBe(201);
    const login = { code: `${publicValue}:${secretValue}`, authProvider: "localAuthConfig" };
    expect((await anybody.request({ method: "POST", path: "/v3/token", body: login })).status).toBe(201);
  },
);

test("all other workloads are ready", plan("TCID-DIR-HEALTH-COMMON", { day: 0, priority: 1 }), async ({ bed, release }) => {
  const others = release.workloads.filter(({ name }) => !OWN_CASES.has(name));
  expect(others.length).toBeGreaterThan(0);
  for (const { kind, name } of others) await bed.server.until(probes.workloadReady({ kind, namespace: bed.directorNamespace, name }));
});

test(
  "the ingress controller has a ready pod on every node that it wants",
  plan("TCID-DIR-HEALTH-INGRESS-NGINX", { day: 0, priority: 1 }),
  async ({ bed, kube }) => {
    const name = "nginx-ingress";
    await bed.server.until(probes.daemonSetReady({ namespace: bed.directorNamespace, name }));
    const wanted = bed.server.workers.length;
    expect(await kube.server.get({ ...KINDS.daemonSet, namespace: bed.directorNamespace, name })).toMatchObject({
      status: { desiredNumberScheduled: wanted, numberReady: wanted },
    });
  },
);

test(
  "each service has the kind of address that its release gives it",
  plan("TCID-DIR-INSTALL-SERVICE-CLUSTERIP", { day: 0, priority: 1 }),
  async ({ bed, kube, release }) => {
    const services = await kube.server.list<Service>(KINDS.service, { namespace: bed.directorNamespace });
    for (const { name, headless } of release.services) {
      const service = services.find(({ metadata }) => metadata.name === name);
      expect.soft(service?.spec?.type, name).toBe("ClusterIP");
      expect.soft(service?.spec?.clusterIP, name).toMatch(headless ? /^None$/ : /^\d+\.\d+\.\d+\.\d+$/);
    }
  },
);

const FACTORS: Readonly<Record<string, number>> = { "": 1, m: 1e-3, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

const amount = (quantity = "0"): number => {
  const [, number = "", unit = ""] = /^([\d.]+)(m|[KMG]i)?$/.exec(quantity) ?? [];
  return Number(number) * (FACTORS[unit] ?? Number.NaN);
};

const requested = (pods: readonly Pod[], resource: string): number =>
  pods.flatMap(({ spec }) => spec?.containers ?? []).reduce((sum, { resources }) => sum + amount(resources?.requests?.[resource]), 0);

const podsOn = async (bed: Bed, node: string): Promise<Pod[]> =>
  bed.server.kube.list<Pod>(KINDS.pod, { fieldSelector: `spec.nodeName=${node}` });

test(
  "every node has a tenth of its CPU and memory left to promise",
  plan("TCID-DIR-HEALTH-NODE-RESOURCES", { day: 0, priority: 1 }),
  async ({ bed, kube }) => {
    for (const { metadata, status } of await kube.server.list<Node>(KINDS.node)) {
      const pods = await podsOn(bed, metadata.name);
      for (const resource of ["cpu", "memory"])
        expect
          .soft(requested(pods, resource), `${resource} of ${metadata.name}`)
          .toBeLessThanOrEqual(0.9 * amount(status?.allocatable?.[resource]));
    }
  },
);

/** Until a pod of the same name has taken the place of one that was deleted. */
const replaced = (bed: Bed, before: KubeObject | undefined): Promise<true> =>
  bed.server.until({
    what: `another pod has taken the place of ${before?.metadata.name}`,
    kinds: [{ ...KINDS.pod, namespace: bed.directorNamespace }],
    probe: (view) => {
      const same = view.list(KINDS.pod, bed.directorNamespace).find(({ metadata }) => metadata.name === before?.metadata.name);
      return same === undefined || same.metadata.uid === before?.metadata.uid ? notYet("none has") : reached(true as const);
    },
  });

const signsIn = (bed: Bed, person: Person): Promise<true> =>
  waitUntil({
    what: `${person.email} signs in`,
    deadlineMs: bed.intervals.directorReady,
    intervalMs: bed.intervals.poll,
    probe: () =>
      person.signIn().then(
        () => reached(true as const),
        (error: unknown) => notYet(String(error)),
      ),
  });

test.describe("a database that starts anew", () => {
  test.use({ disturbs: "briefly" });

  test(
    "MySQL answers, and keeps what Director wrote",
    plan("TCID-DIR-HEALTH-MYSQL", { day: 0, priority: 0 }),
    async ({ bed, kube, people }) => {
      const mysql = { namespace: bed.directorNamespace, name: "mysql" } as const;
      await bed.server.until(probes.statefulSetReady(mysql));
      const pods = { namespace: mysql.namespace, labelSelector: "app=mysql" } as const;
      const [before] = await kube.server.list(KINDS.pod, pods);
      expect(before).toMatchObject({ spec: { containers: [{ readinessProbe: { exec: { command: ["mysqladmin", "ping"] } } }] } });
      const person = await people.signUp();
      await kube.server.delete({ ...KINDS.pod, namespace: mysql.namespace, name: before?.metadata.name ?? "" });
      await replaced(bed, before);
      await bed.server.until(probes.statefulSetReady(mysql));
      await signsIn(bed, person);
    },
  );
});
