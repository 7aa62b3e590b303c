import { clusterReaches, expect, plan, test, type Bed } from "@kubera-e2e/fixtures";
import type { Person } from "@kubera-e2e/fixtures/people";

const register = ({ own }: Person, name: string, provider = "others") => own.registerCluster({ name, projectId: own.projectId, provider });

const whenInactive = ({ own }: Person, bed: Bed, id: string) =>
  clusterReaches({ group: own, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll }, id, "inactive");

for (const provider of ["gcp", "aws", "azure", "konvoy", "rancher", "openshift", "others"]) {
  test(
    `a registration command is given for ${provider}`,
    plan("TCID-DIR-CLUSTER-CONNECT-PROVIDERS", { day: 0, priority: 1, row: provider, assumption: "A-CLUSTER-PROVIDER" }),
    async ({ bed, people, release }) => {
      const tenant = await people.signUp();
      const { id } = await register(tenant, `on-${provider}-1`, provider);
      const { registrationToken } = await whenInactive(tenant, bed, id);
      const manifests = await tenant.director.registrationManifests(registrationToken?.clusterCommand ?? "");
      const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(names).toEqual(expect.arrayContaining(release.agents.components.map((name) => `Deployment ${name}`)));
      expect(names).toContain(`Namespace ${release.agents.namespace}`);
    },
  );
}

const TAKEN = [
  { row: "six characters", name: "abcde6" },
  { row: "24 characters", name: "a123456789-123456789-123" },
] as const;

for (const { row, name } of TAKEN) {
  test(
    `a cluster may have a name of ${row}`,
    plan("TCID-DIR-CLUSTER-NAME-VALIDATION", { day: 0, priority: 1, row }),
    async ({ people }) => {
      const tenant = await people.signUp();
      const { id } = await register(tenant, name);
      expect(await tenant.own.clusters()).toMatchObject([{ id, name }]);
    },
  );
}

const REFUSED = [
  { row: "no character", name: "" },
  { row: "five characters", name: "abcd5" },
  { row: "25 characters", name: "a123456789-123456789-1234" },
  { row: "a space", name: "two words" },
  { row: "an exclamation mark", name: "cluster!" },
  { row: "a slash", name: "clusters/one" },
] as const;

for (const { row, name } of REFUSED) {
  test(
    `no cluster is registered under a name of ${row}`,
    plan("TCID-DIR-CLUSTER-NAME-VALIDATION", { day: 0, priority: 1, row, assumption: "A-CLUSTER-NAME" }),
    async ({ people }) => {
      const { director, own } = await people.signUp();
      const form = { name, projectId: own.projectId, provider: "others" };
      expect(await director.request({ method: "POST", path: `/v3/groups/${own.id}/clusters`, form })).toBeRefused();
      expect(await own.clusters()).toEqual([]);
    },
  );
}

test(
  "no two clusters of a project have one name",
  plan("TCID-DIR-CLUSTER-NAME-VALIDATION", { day: 0, priority: 1, row: "taken", assumption: "A-CLUSTER-NAME" }),
  async ({ people }) => {
    const tenant = await people.signUp();
    const { director, own } = tenant;
    const { id } = await register(tenant, "only-one");
    const form = { name: "only-one", projectId: own.projectId, provider: "others" };
    expect(await director.request({ method: "POST", path: `/v3/groups/${own.id}/clusters`, form })).toBeRefused();
    expect(await own.clusters()).toMatchObject([{ id }]);
  },
);

test(
  "a part of a name finds its clusters and no others",
  plan("TCID-DIR-CLUSTER-SEARCH", { day: 1, priority: 2, assumption: "A-CLUSTER-SEARCH" }),
  async ({ people }) => {
    const tenant = await people.signUp();
    for (const name of ["blue-east", "blue-west", "green-east"]) await register(tenant, name);
    const find = async (like: string): Promise<unknown> => {
      const query = { name_like: `%${like}%` };
      return (await tenant.director.request({ method: "GET", path: `/v3/groups/${tenant.own.id}/clusters`, query })).body;
    };
    const named = (...names: string[]) => ({ data: names.map((name) => expect.objectContaining({ name })) });
    expect(await find("blue")).toMatchObject(named("blue-east", "blue-west"));
    expect(await find("east")).toMatchObject(named("blue-east", "green-east"));
    expect(await find("red")).toMatchObject(named());
  },
);

test(
  "a registration that nobody waits for has no manifests",
  plan("TCID-DIR-CLUSTER-CONNECT-PROVIDERS", { day: 0, priority: 1, row: "none", assumption: "A-ERROR-STATUS" }),
  async ({ director }) => {
    expect(await director.anonymous().request({ method: "GET", path: "/v3/scripts/e2e-there-is-none.yaml" })).toBeRefused();
  },
);
