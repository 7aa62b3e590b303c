import { clusterReaches, expect, plan, test, type Bed, type DirectorClient } from "@kubera-e2e/fixtures";

/** A new person with a project of their own, so that nobody else's clusters are touched. */
const newTenant = async (director: DirectorClient) => {
  const email = `tenant-${crypto.randomUUID()}@example.com`;
  const person = await director.anonymous().signUp({ firstName: "Tess", email, password: "Passw0rd!" });
  return { person, group: await person.projectGroup() };
};

type Tenant = Awaited<ReturnType<typeof newTenant>>;

const register = ({ group }: Tenant, name: string, provider = "others") =>
  group.registerCluster({ name, projectId: group.projectId, provider });

const whenInactive = ({ group }: Tenant, bed: Bed, id: string) =>
  clusterReaches({ group, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll }, id, "inactive");

for (const provider of ["gcp", "aws", "azure", "konvoy", "rancher", "openshift", "others"]) {
  test(
    `a registration command is given for ${provider}`,
    plan("TCID-DIR-CLUSTER-CONNECT-PROVIDERS", { day: 0, priority: 1, row: provider, assumption: "A-CLUSTER-PROVIDER" }),
    async ({ bed, director, release }) => {
      const tenant = await newTenant(director);
      const { id } = await register(tenant, `on-${provider}-1`, provider);
      const { registrationToken } = await whenInactive(tenant, bed, id);
      const manifests = await tenant.person.registrationManifests(registrationToken?.clusterCommand ?? "");
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
    async ({ director }) => {
      const tenant = await newTenant(director);
      const { id } = await register(tenant, name);
      expect(await tenant.group.clusters()).toMatchObject([{ id, name }]);
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
    async ({ director }) => {
      const { person, group } = await newTenant(director);
      const form = { name, projectId: group.projectId, provider: "others" };
      expect(await person.request({ method: "POST", path: `/v3/groups/${group.id}/clusters`, form })).toBeRefused();
      expect(await group.clusters()).toEqual([]);
    },
  );
}

test(
  "a part of a name finds its clusters and no others",
  plan("TCID-DIR-CLUSTER-SEARCH", { day: 1, priority: 2, assumption: "A-CLUSTER-SEARCH" }),
  async ({ director }) => {
    const tenant = await newTenant(director);
    for (const name of ["blue-east", "blue-west", "green-east"]) await register(tenant, name);
    const find = async (like: string): Promise<unknown> => {
      const query = { name_like: `%${like}%` };
      return (await tenant.person.request({ method: "GET", path: `/v3/groups/${tenant.group.id}/clusters`, query })).body;
    };
    const named = (...names: string[]) => ({ data: names.map((name) => expect.objectContaining({ name })) });
    expect(await find("blue")).toMatchObject(named("blue-east", "blue-west"));
    expect(await find("east")).toMatchObject(named("blue-east", "green-east"));
    expect(await find("red")).toMatchObject(named());
  },
);
