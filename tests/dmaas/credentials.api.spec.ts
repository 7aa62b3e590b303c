import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";

const PROVIDERS = ["aws", "cloudian", "minio"] as const;

const providerId = async (director: DirectorClient, name: string): Promise<string> => {
  const found = (await director.backupProviders()).find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`Director lists no backup provider called ${name}`);
  return found.id;
};

const KEYS = { access_id: "an-access-id", secret_key: "a-secret-key" } as const;

const ADDED = [
  { provider: "aws", details: plan("TCID-DIR-DMAAS-CRED-ADD-AWS", { day: 1, priority: 1, assumption: "A-CREDENTIAL-LIST" }) },
  { provider: "cloudian", details: plan("TCID-DIR-DMAAS-CRED-ADD-CLOUDIAN", { day: 1, priority: 2, assumption: "A-CREDENTIAL-LIST" }) },
  { provider: "minio", details: plan("TCID-DIR-DMAAS-CRED-ADD-MINIO", { day: 1, priority: 0, assumption: "A-CREDENTIAL-LIST" }) },
] as const;

for (const { provider, details } of ADDED) {
  test(`a project takes credentials of ${provider} and does not show their secret`, details, async ({ team }) => {
    const { id, projectId, credentials } = team.project;
    const wanted = { name: "our-store", projectId, providerId: await providerId(team.owner, provider) };
    const made = await credentials.add({ ...wanted, credential: KEYS });
    const { status, body } = await team.owner.request({ method: "GET", path: `/v3/groups/${id}/providercredentials` });
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: [{ id: made.id, ...wanted }] });
    expect(JSON.stringify([made, body])).not.toContain(KEYS.secret_key);
  });
}

const HOLES = [
  { field: "name", change: { name: undefined } },
  { field: "access_id", change: { credential: { secret_key: KEYS.secret_key } } },
  { field: "secret_key", change: { credential: { access_id: KEYS.access_id } } },
] as const;

test(
  "credentials of a provider that is none are refused",
  plan("TCID-DIR-DMAAS-CRED-MISSING-FIELDS", { day: 1, priority: 1, row: "no provider", assumption: "A-CREDENTIAL-LIST" }),
  async ({ team }) => {
    const { id, projectId, credentials } = team.project;
    const body = { name: "our-store", projectId, providerId: "1p999999", credential: KEYS };
    expect(await team.owner.request({ method: "POST", path: `/v3/groups/${id}/providercredentials`, body })).toBeRefused();
    expect(await credentials.list()).toEqual([]);
  },
);

for (const provider of PROVIDERS) {
  for (const { field, change } of HOLES) {
    test(
      `credentials of ${provider} without ${field} are refused`,
      plan("TCID-DIR-DMAAS-CRED-MISSING-FIELDS", { day: 1, priority: 1, row: `${provider} ${field}`, assumption: "A-CREDENTIAL-LIST" }),
      async ({ team }) => {
        const { id, projectId, credentials } = team.project;
        const body = { name: "our-store", projectId, providerId: await providerId(team.owner, provider), credential: KEYS, ...change };
        expect(await team.owner.request({ method: "POST", path: `/v3/groups/${id}/providercredentials`, body })).toBeRefused();
        expect(await credentials.list()).toEqual([]);
      },
    );
  }

  test(
    `a second credential of ${provider} may have the name of the first`,
    plan("TCID-DIR-DMAAS-CRED-DUPLICATE-NAME", { day: 1, priority: 2, row: provider, assumption: "A-CREDENTIAL-LIST" }),
    async ({ team }) => {
      const { projectId, credentials } = team.project;
      const given = { name: "our-store", projectId, providerId: await providerId(team.owner, provider), credential: KEYS };
      const [first, second] = [await credentials.add(given), await credentials.add(given)];
      expect(second.id).not.toBe(first.id);
      expect((await credentials.list()).map(({ id, name }) => [id, name])).toEqual([
        [first.id, "our-store"],
        [second.id, "our-store"],
      ]);
    },
  );

  for (const length of [5, 26]) {
    test(
      `a credential of ${provider} may have a name of ${length} characters`,
      plan("TCID-DIR-DMAAS-CRED-NAME-BOUNDARY", { day: 1, priority: 2, row: `${provider} ${length}`, assumption: "A-CREDENTIAL-LIST" }),
      async ({ team }) => {
        const { projectId, credentials } = team.project;
        const name = "n".repeat(length);
        await credentials.add({ name, projectId, providerId: await providerId(team.owner, provider), credential: KEYS });
        expect((await credentials.list()).map((credential) => credential.name)).toEqual([name]);
      },
    );
  }
}
