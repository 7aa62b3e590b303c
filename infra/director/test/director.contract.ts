import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  clusterReaches,
  loadRelease,
  nodeNumber,
  openebsJobDone,
  refusedStatus,
  type DirectorClient,
  type GroupClient,
} from "../src/index.ts";
import { poolOperationDone } from "../src/pools.ts";
import { upgradeDone } from "../src/upgrades.ts";
import { ADMIN, createAll, openSimBed, until, type SimBed } from "./sim-bed.ts";

let bed: SimBed;
let user: DirectorClient;
let group: GroupClient & { readonly projectId: string };
let clusterId = "";

const PACE = { deadlineMs: 60_000, intervalMs: 50 } as const;

const failureOf = async (call: Promise<unknown>): Promise<{ readonly status: number | undefined; readonly code: string }> => {
  const error: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { status: refusedStatus(error), code: isKuberaError(error) ? error.code : String(error) };
};

beforeAll(async () => {
  bed = await openSimBed();
  await until("Director answers /ping", async () => ((await bed.director.ping()) ? true : undefined));
  user = await bed.director.signUp({ firstName: "Ann", email: "ann@example.org", password: "Passw0rd!" });
  group = await user.projectGroup();
});
afterAll(() => bed.close());

describe("the release profile", () => {
  const profile = loadRelease("1.12.0");

  test("makes every workload ready", async () => {
    const ready = await until("all workloads are ready", async () => {
      const lists = await Promise.all(
        ["deployments", "statefulsets", "daemonsets"].map((plural) =>
          bed.server.request({ method: "GET", path: `/apis/apps/v1/namespaces/kubera/${plural}` }),
        ),
      );
      const items = lists.flatMap(
        ({ body }) => (body as { items: { metadata: { name: string }; status?: Record<string, number> }[] }).items,
      );
      const names = items
        .filter(({ status }) => (status?.["readyReplicas"] ?? status?.["numberReady"] ?? 0) > 0)
        .map(({ metadata }) => metadata.name);
      return names.length === profile.workloads.length ? names : undefined;
    });
    expect(ready.toSorted()).toEqual(profile.workloads.map(({ name }) => name).toSorted());
  });
});

describe("accounts", () => {
  test("sign in as the built-in Administrator, who may read settings", async () => {
    const admin = await bed.director.login(ADMIN);
    expect(await admin.setting("websocketproxy.unique.identity")).toMatch(/.+/);
    expect(await failureOf(user.setting("websocketproxy.unique.identity"))).toEqual({ status: 403, code: "DIRECTOR_REFUSED" });
  });

  test.each([
    { username: "Administrator", password: "wrong" },
    { username: "nobody", password: ADMIN.password },
  ])("are refused as $username with a wrong login", async (login) => {
    expect((await failureOf(bed.director.login(login))).code).toBe("DIRECTOR_REFUSED");
  });

  test("are not made twice for one e-mail", async () => {
    const again = bed.director.signUp({ firstName: "Ann", email: "ann@example.org", password: "Passw0rd!" });
    expect(await failureOf(again)).toEqual({ status: 409, code: "DIRECTOR_REFUSED" });
  });

  test("make API keys that stand for them", async () => {
    const key = await user.createApiKey("ci");
    const byKey = user.withApiKey(key);
    expect(await byKey.accounts.read(user.session?.accountId ?? "")).toMatchObject({ id: user.session?.accountId });
    expect((await failureOf(bed.director.groups())).status).toBe(401);
  });
});

describe("a team", () => {
  test("is joined by invitation, has roles changed by its owner, and is left", async () => {
    const guest = await bed.director.signUp({ firstName: "Bea", email: "bea@example.org", password: "Passw0rd!" });
    await group.team.invite(guest.session?.accountId ?? "", "ProjectReadAdmin");
    for (const invitation of await guest.invitations()) await guest.answer(invitation, "accept");
    const bea = async () => (await group.team.members()).find(({ accountDetails }) => accountDetails?.email === "bea@example.org");
    const joined = await bea();
    if (joined === undefined) throw new Error("the guest is no member");
    expect(joined.role).toBe("ProjectReadAdmin");
    await group.team.changeRole(joined, "ProjectAdmin");
    expect((await bea())?.role).toBe("ProjectAdmin");
    const asGuest = (await guest.group(group.id).team.members()).find(({ id }) => id === joined.id);
    if (asGuest === undefined) throw new Error("the guest does not see himself");
    expect((await failureOf(guest.group(group.id).team.changeRole(asGuest, "ProjectMember"))).code).toBe("DIRECTOR_REFUSED");
    await group.team.remove(joined.id);
    expect([await bea(), (await guest.groups()).some(({ id }) => id === group.id)]).toEqual([undefined, false]);
  });

  test("shows its owner which invitation was declined", async () => {
    const guest = await bed.director.signUp({ firstName: "Cal", email: "cal@example.org", password: "Passw0rd!" });
    const { id } = await group.team.invite(guest.session?.accountId ?? "", "ProjectMember");
    for (const invitation of await guest.invitations()) await guest.answer(invitation, "reject");
    expect((await group.team.invitations()).find((sent) => sent.id === id)).toMatchObject({ state: "rejected" });
  });
});

test("accounts are changed by their owners and found by others", async () => {
  const person = await bed.director.signUp({ firstName: "Dan", email: "dan@example.org", password: "Passw0rd!" });
  const id = person.session?.accountId ?? "";
  await person.accounts.update(id, { firstName: "Daniel", onboardingStatus: 3 });
  expect(await person.accounts.read(id)).toMatchObject({ firstName: "Daniel", email: "dan@example.org", onboardingStatus: 3 });
  expect(await user.accounts.search(id)).toMatchObject({ firstName: "Daniel" });
});

test("credentials of a backup provider are kept", async () => {
  const minio = (await user.backupProviders()).find(({ name }) => name === "minio");
  const credential = { access_id: "an-access-id", secret_key: "the-secret-key" };
  const added = await group.credentials.add({ name: "store", projectId: group.projectId, providerId: minio?.id ?? "", credential });
  expect((await group.credentials.list()).map(({ id }) => id)).toContain(added.id);
});

describe("a cluster", () => {
  test("registers, is connected by its command, and becomes active", async () => {
    const made = await group.registerCluster({ name: "member-one", projectId: group.projectId, provider: "konvoy" });
    clusterId = made.id;
    const { registrationToken } = await clusterReaches({ group, ...PACE }, clusterId, "inactive");
    const manifests = await user.registrationManifests(registrationToken?.clusterCommand ?? "");
    await createAll(bed.member, manifests);
    expect(await clusterReaches({ group, ...PACE }, clusterId, "active")).toMatchObject({ name: "member-one" });
    const agents = manifests.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name);
    expect(agents.toSorted()).toEqual(loadRelease("1.12.0").agents.components.toSorted());
  });

  test("shows its nodes", async () => {
    const nodes = await until("nodes are listed", async () => {
      const found = await group.nodes({ clusterId, state: "active" });
      return found.length > 0 ? found : undefined;
    });
    expect(nodes.map(({ name }) => name).every((name) => name.startsWith("member-"))).toBe(true);
  });
});

describe("OpenEBS", () => {
  let openebsId = "";

  const input = (templateId: string) =>
    ({ clusterId, creatorId: group.id, projectId: group.projectId, templateId, namespace: "openebs", installationMode: "basic" }) as const;

  test("offers the versions of the release profile, newest first", async () => {
    const templates = await group.openebsTemplates();
    expect(templates.slice(0, 2).map(({ version }) => version)).toEqual(loadRelease("1.12.0").openebs.templates);
    expect((await user.upgradeMatrix())?.targetVersion).toBe("2.0.0-ee");
  });

  test("installs the previous version", async () => {
    const [, previous] = await group.openebsTemplates();
    const nodes = (await group.nodes({ clusterId, state: "active" })).map(({ id }) => nodeNumber(id));
    const record = await group.createOpenebs(input(previous?.id ?? ""));
    openebsId = record.id;
    await group.selectOpenebsNodes(record.id, { controlPlaneNodes: nodes, dataPlaneNodes: nodes });
    const { id } = await group.installOpenebs(record.id, record.installationManifest);
    expect(await openebsJobDone({ group, ...PACE }, id)).toMatchObject({ state: "Success" });
    const active = await until("the record is active", async () => (await group.openebses({ clusterId, state: "active" }))[0]);
    expect(active.id).toBe(openebsId);
  });

  test("is not installed twice", async () => {
    const [newest] = await group.openebsTemplates();
    expect(await failureOf(group.createOpenebs(input(newest?.id ?? "")))).toEqual({ status: 405, code: "DIRECTOR_REFUSED" });
  });

  test("recommends nothing without eligible devices, and no version below its own is an upgrade", async () => {
    const [recommendation] = await group.pools.recommendations();
    const question = { clusterId, raidGroupConfig: { raidType: "stripe", groupDeviceCount: 1 } } as const;
    const capacities = await group.pools.capacities(recommendation?.id ?? "", question);
    expect(capacities.every(({ deviceGroupName }) => deviceGroupName.length > 0)).toBe(true);
    expect((await failureOf(group.upgradeControlPlane(openebsId, "1.12.0-ee"))).status).toBe(405);
  });

  test("makes a pool of what it recommends, shows it, and deletes it", async () => {
    const [recommendation] = await group.pools.recommendations();
    const raidGroupConfig = { raidType: "mirror", groupDeviceCount: 2 } as const;
    const question = { clusterId, raidGroupConfig, deviceGroupName: "disk-HDD", poolCapacity: "1G", poolName: "pool-one" };
    const wanted = await until("devices are recommended", async () => (await group.pools.devices(recommendation?.id ?? "", question))[0]);
    await poolOperationDone({ pools: group.pools, ...PACE }, await group.pools.create(clusterId, wanted));
    const states = (await group.pools.instances(clusterId)).map(({ poolState }) => poolState);
    expect(states).toEqual(wanted.spec.poolInstances.map(() => "Online"));
    expect(await group.pools.storagePools(clusterId)).toHaveLength(states.length);
    const name = { name: "pool-one", kind: "CStorPoolCluster", version: "v1" } as const;
    await poolOperationDone({ pools: group.pools, ...PACE }, await group.pools.delete(clusterId, name));
    expect(await group.pools.instances(clusterId)).toEqual([]);
    expect((await failureOf(group.pools.delete(clusterId, name))).status).toBe(404);
  });

  test("upgrades its control plane, and its pools behind it", async () => {
    const [recommendation] = await group.pools.recommendations();
    const raidGroupConfig = { raidType: "stripe", groupDeviceCount: 1 } as const;
    const question = { clusterId, raidGroupConfig, deviceGroupName: "", poolCapacity: "1G", poolName: "pool-two" };
    const wanted = await until("devices are recommended", async () => (await group.pools.devices(recommendation?.id ?? "", question))[0]);
    await poolOperationDone({ pools: group.pools, ...PACE }, await group.pools.create(clusterId, wanted));
    const { id } = await group.upgradeControlPlane(openebsId, "2.0.0-ee");
    expect(await openebsJobDone({ group, ...PACE }, id)).toMatchObject({ state: "Success" });
    const upgradeComponents = (await group.pools.instances(clusterId)).map((instance) => ({ id: instance.id }));
    const claim = { clusterId, kind: "poolUpgrade", targetVersion: "2.0.0-ee", upgradeComponents } as const;
    const jobs = await upgradeDone({ upgrades: group.upgrades, ...PACE }, await group.upgrades.claim(claim));
    expect(await Promise.all(jobs.map(async (job) => (await group.upgrades.job(job.id)).state))).toEqual(jobs.map(() => "Success"));
    expect(await failureOf(group.upgrades.claim(claim))).toEqual({ status: 405, code: "DIRECTOR_REFUSED" });
    expect((await group.applications(clusterId)).map(({ name }) => name)).toContain("maya-apiserver");
  });
});

test("a deleted cluster is gone, and waiting for it ends at once", async () => {
  await group.deleteCluster(clusterId);
  expect((await group.clusters()).map(({ id }) => id)).not.toContain(clusterId);
  expect(await failureOf(clusterReaches({ group, ...PACE }, clusterId, "active"))).toEqual({ status: 404, code: "DIRECTOR_REFUSED" });
});
