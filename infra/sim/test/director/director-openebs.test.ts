import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/director/kube-apply.ts";
import { at, listAt, textAt } from "../../src/director/json.ts";
import { DirectorBed, until, type Caller } from "./director-bed.ts";

let bed: DirectorBed;
let call: Caller;
let group: string;
let clusterId: string;

beforeEach(async () => {
  bed = await DirectorBed.open();
  ({ call, group, clusterId } = await bed.connectNewcomer());
});
afterEach(() => bed[Symbol.asyncDispose]());

const templates = async (): Promise<readonly unknown[]> =>
  listAt((await call("GET", `${group}/openebstemplates?sort=id&order=desc`)).body, "data");

const create = async (index = 0, more: object = {}) => {
  const templateId = textAt((await templates())[index], "id");
  return call("POST", `${group}/openebses`, { clusterId, templateId, namespace: "openebs", installationMode: "basic", ...more });
};

const jobDone = async (id: string): Promise<void> => {
  await until(`job ${id} is over`, async () => textAt((await call("GET", `${group}/openebsjobs/${id}`)).body, "state") === "Success");
};

const install = async (index = 0, more: object = {}): Promise<string> => {
  const record = await create(index, more);
  const id = textAt(record.body, "id") ?? "";
  const answer = await call("POST", `${group}/openebses/${id}?action=openebsinstall`, { yaml: at(record.body, "installationManifest") });
  expect(answer.status).toBe(200);
  await jobDone(textAt(answer.body, "id") ?? "");
  return id;
};

const listed = async (query = "") =>
  listAt((await call("GET", `${group}/openebses?state=active&clusterId=${clusterId}${query}`)).body, "data");

const workloads = (kind: string) => bed.member.store.list(bed.member.store.resource(kind), "openebs");

const operatorYaml = (): void => {
  const { store } = bed.member;
  const labels = { name: "maya-apiserver", "openebs.io/version": "2.0.0" };
  apply(store, { apiVersion: "v1", kind: "Namespace", metadata: { name: "openebs" } });
  apply(store, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "maya-apiserver", namespace: "openebs", labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name: "maya-apiserver" } },
      template: { metadata: { labels }, spec: { containers: [{ name: "maya-apiserver", image: "quay.io/openebs/m-apiserver:2.0.0" }] } },
    },
  });
};

describe("OpenEBS through Director", () => {
  it("is installed by a job with all its workloads, and is then active", async () => {
    expect((await templates()).map((item) => textAt(item, "version"))).toEqual(["2.0.0-ee", "1.12.0-ee"]);
    expect(await listed()).toEqual([]);
    const id = await install();
    expect(await listed()).toMatchObject([{ id, version: "2.0.0-ee", installedBy: "director", clusterId }]);
    expect(workloads("Deployment").map(({ metadata }) => metadata.name)).toEqual([
      "cspc-operator",
      "cvc-operator",
      "maya-apiserver",
      "openebs-admission-server",
      "openebs-cstor-admission-server",
      "openebs-localpv-provisioner",
      "openebs-ndm-operator",
      "openebs-provisioner",
      "openebs-snapshot-operator",
    ]);
    expect(workloads("DaemonSet")).toMatchObject([
      { status: { numberAvailable: 3 }, metadata: { labels: { "openebs.io/component-name": "ndm" } } },
    ]);
    expect(textAt(workloads("Deployment")[0], "spec", "template", "spec", "containers", 0, "image")).toBe(
      "127.0.0.1:5000/openebs/cspc-operator:2.0.0-ee",
    );
    expect((await call("GET", `${group}/openebs?clusterId=${clusterId}`)).body).toMatchObject({ data: [{ id }] });
  });

  it.each([
    ["below the group", () => `${group}/openebses`],
    ["below the cluster", () => `${group}/clusters/${clusterId}/openebses`],
  ])("is refused with 405 %s while it is there", async (_, path) => {
    await install();
    const templateId = textAt((await templates())[0], "id");
    const answer = await call("POST", path(), { clusterId, templateId, namespace: "openebs" });
    expect(answer.body).toMatchObject({ type: "error", status: 405, message: "OpenEBS 2.0.0-ee is active on the cluster" });
    expect(await listed()).toHaveLength(1);
  });

  it("keeps to the chosen nodes and to the limits, and cleans the labels when it is gone", async () => {
    const record = await create(0, { cpuResourceLimit: "150m", memoryResourceLimit: " 250Mi", excludeDeviceFilters: "loop,/dev/sdx" });
    const id = textAt(record.body, "id") ?? "";
    const nodes = listAt((await call("GET", `${group}/nodes?state=active&clusterId=${clusterId}`)).body, "data");
    const numbers = nodes.map((node) => (textAt(node, "id") ?? "").split("n")[1]);
    const [first, ...others] = numbers;
    const wish = { controlPlaneNodes: [first], dataPlaneNodes: others };
    expect((await call("POST", `${group}/openebses/${id}/?action=selectopenebsnodes`, wish)).status).toBe(200);
    const manifest = { yaml: at(record.body, "installationManifest") };
    const job = await call("POST", `${group}/openebses/${id}/?action=openebsinstall`, manifest);
    await jobDone(textAt(job.body, "id") ?? "");
    const { store } = bed.member;
    const chosen = textAt(nodes[0], "name");
    const pods = store.list(store.resource("Pod"), "openebs");
    const placesOf = (isNdm: boolean) =>
      pods
        .filter(({ metadata }) => (metadata.labels?.["openebs.io/component-name"] === "ndm") === isNdm)
        .map((pod) => textAt(pod.spec, "nodeName") ?? "");
    expect(new Set(placesOf(false))).toEqual(new Set([chosen]));
    expect(new Set(placesOf(true))).toEqual(new Set(nodes.slice(1).map((node) => textAt(node, "name"))));
    const server = workloads("Deployment").find(({ metadata }) => metadata.name === "maya-apiserver");
    expect(at(server, "spec", "template", "spec", "containers", 0, "resources")).toEqual({ limits: { cpu: "150m", memory: "250Mi" } });
    const config = store.get(store.resource("ConfigMap"), "openebs", "openebs-ndm-config");
    expect(textAt(config, "data", "node-disk-manager.config")).toContain("loop,fd0,sr0,/dev/ram,/dev/dm-,/dev/md,/dev/sdx");
    const labels = () =>
      store
        .list(store.resource("Node"))
        .map((node) => [node.metadata.labels?.["mayadata.io/control-plane"], node.metadata.labels?.["mayadata.io/data-plane"]]);
    expect(labels()).toEqual([
      ["true", undefined],
      [undefined, "true"],
      [undefined, "true"],
    ]);
    store.delete(store.resource("Namespace"), undefined, "openebs");
    await until("the record is gone from the list", async () => (await listed()).length === 0);
    await until("the labels are gone", () =>
      labels()
        .flat()
        .every((label) => label === undefined),
    );
    expect(textAt((await call("GET", `${group}/openebses/${id}`)).body, "state")).toBe("removed");
  });

  it.each([
    ["a node of another cluster", { controlPlaneNodes: ["999"], dataPlaneNodes: ["999"] }, "InvalidReference"],
    ["no node", { controlPlaneNodes: [], dataPlaneNodes: [] }, "MinLengthExceeded"],
    ["nothing for the data plane", { controlPlaneNodes: ["4"] }, "MissingRequired"],
  ])("refuses to select %s, and labels nothing", async (_, wish, code) => {
    const id = textAt((await create()).body, "id") ?? "";
    const answer = await call("POST", `${group}/openebses/${id}?action=selectopenebsnodes`, wish);
    expect(answer.body).toMatchObject({ status: 422, code });
    const { store } = bed.member;
    expect(store.list(store.resource("Node")).every((node) => node.metadata.labels?.["mayadata.io/control-plane"] === undefined)).toBe(
      true,
    );
  });

  it("keeps namespace, folder and registry of the advanced mode", async () => {
    const wish = { namespace: "storage", defaultDirectory: "/mnt/openebs", dockerRegistry: "127.0.0.1:5000/mayadataio" };
    await install(0, { ...wish, installationMode: "advance" });
    expect(await listed()).toMatchObject([{ namespace: "storage", installationMode: "advance" }]);
    const { store } = bed.member;
    const server = store.get(store.resource("Deployment"), "storage", "maya-apiserver");
    expect(at(server, "spec", "template", "spec", "containers", 0)).toMatchObject({
      image: "127.0.0.1:5000/mayadataio/maya-apiserver:2.0.0-ee",
      env: [{ name: "OPENEBS_IO_BASE_DIR", value: "/mnt/openebs" }],
    });
    expect(workloads("Deployment")).toEqual([]);
  });

  it("has its nodes labelled one by one later on", async () => {
    await install();
    const [node] = listAt((await call("GET", `${group}/nodes?clusterId=${clusterId}`)).body, "data");
    const label = (body: object) => call("POST", `${group}/nodes/${textAt(node, "id")}/?action=labelnodes`, body);
    const { store } = bed.member;
    const labels = () => store.get(store.resource("Node"), undefined, textAt(node, "name") ?? "")?.metadata.labels;
    expect((await label({ controlPlaneNode: false, dataPlaneNode: true })).status).toBe(202);
    expect(labels()).toMatchObject({ "mayadata.io/data-plane": "true" });
    expect(labels()).not.toHaveProperty("mayadata.io/control-plane");
    expect((await label({ dataPlaneNode: "perhaps" })).status).toBe(422);
    expect((await label({})).status).toBe(422);
    expect(labels()).toMatchObject({ "mayadata.io/data-plane": "true" });
    expect((await label({ dataPlaneNode: false })).status).toBe(202);
    expect(labels()).not.toHaveProperty("mayadata.io/data-plane");
  });

  it("is found when an operator YAML brought it, and is neither installed over nor upgraded", async () => {
    operatorYaml();
    await until("it is listed", async () => (await listed()).length === 1);
    expect(await listed()).toMatchObject([{ installedBy: "operator", version: "2.0.0" }]);
    expect((await create()).status).toBe(405);
    const id = textAt((await listed())[0], "id") ?? "";
    const answer = await call("POST", `${group}/openebses/${id}/?action=upgradecontrolplane`, { upgradeVersion: "2.0.0-ee" });
    expect(answer.status).toBe(422);
  });
});

describe("the control plane of OpenEBS", () => {
  it("is upgraded by a job to what the matrix names", async () => {
    const id = await install(1);
    const matrix = listAt((await call("GET", "/v3/upgradematrixes")).body, "data")[0];
    expect(matrix).toMatchObject({ supportedBaseVersions: ["1.12.0-ee"], targetVersion: "2.0.0-ee" });
    const answer = await call("POST", `${group}/openebses/${id}/?action=upgradecontrolplane`, { upgradeVersion: "2.0.0-ee" });
    expect(answer.status).toBe(200);
    await jobDone(textAt(answer.body, "id") ?? "");
    const { store } = bed.member;
    const pods = () => store.list(store.resource("Pod"), "openebs");
    expect(new Set(pods().map((pod) => pod.metadata.labels?.["openebs.io/version"]))).toEqual(new Set(["2.0.0-ee"]));
    expect(pods()).toHaveLength(12);
    expect(await listed()).toMatchObject([{ id, version: "2.0.0-ee" }]);
  });

  it("is not downgraded, repeated, taken to an unknown version or below its data plane", async () => {
    const id = await install();
    const upgrade = (upgradeVersion: string) => call("POST", `${group}/openebses/${id}?action=upgradecontrolplane`, { upgradeVersion });
    const { store } = bed.member;
    const labels = { name: "pool-1", "openebs.io/version": "2.5.0" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "pool", image: "quay.io/openebs/cstor-pool:2.5.0" }] } };
    const spec = { replicas: 1, selector: { matchLabels: { name: "pool-1" } }, template };
    const messages: unknown[] = [];
    for (const version of ["1.12.0-ee", "2.0.0-ee", "9.9.9"]) messages.push((await upgrade(version)).body["message"]);
    expect(messages).toEqual(["1.12.0-ee is no upgrade of 2.0.0-ee", "2.0.0-ee is no upgrade of 2.0.0-ee", "no upgrade leads to 9.9.9"]);
    apply(store, { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "pool-1", namespace: "openebs", labels }, spec });
    await until(
      "the data plane is ahead",
      async () => (await upgrade("2.4.0")).body["message"] === "2.4.0 is lower than the data plane's version 2.5.0",
    );
    expect((await upgrade("2.4.0")).status).toBe(405);
    expect((await upgrade("")).status).toBe(422);
  });
});

describe("pool recommendations", () => {
  const raid = { raidType: "mirror", groupDeviceCount: 2 };
  const recommend = async (name: string, body: object) => {
    const id = textAt((await call("GET", `${group}/recommendations`)).body, "data", 0, "id") ?? "";
    return call("POST", `${group}/recommendations/${id}/?action=${name}`, body);
  };

  it.each(["getcapacityrecommendation", "getdevicerecommendation"])("%s is empty without block devices", async (name) => {
    const answer = await recommend(name, { clusterId, deviceGroupName: "", poolCapacity: "1G", poolName: "rec", raidGroupConfig: raid });
    expect([answer.status, answer.body["data"]]).toEqual([200, []]);
  });

  it.each([
    ["no cluster", { raidGroupConfig: raid, poolCapacity: "1G" }, 422],
    ["a cluster of nobody", { clusterId: "1c99", raidGroupConfig: raid, poolCapacity: "1G" }, 404],
    ["no raid group", { clusterId: "", poolCapacity: "1G" }, 422],
    ["no capacity", { raidGroupConfig: raid }, 422],
    ["capacity zero", { raidGroupConfig: raid, poolCapacity: "0" }, 422],
  ])("refuse %s", async (title, body, status) => {
    const given = title.includes("cluster") ? body : { clusterId, ...body };
    expect((await recommend("getdevicerecommendation", given)).status).toBe(status);
  });

  it("name the free devices of each node once they are there", async () => {
    await install();
    const { store } = bed.member;
    for (const [index, node] of ["member-worker1", "member-worker1", "member-worker2"].entries()) {
      store.create(store.resource("BlockDevice"), {
        apiVersion: "openebs.io/v1alpha1",
        kind: "BlockDevice",
        metadata: { name: `blockdevice-${index}`, namespace: "openebs", labels: { "kubernetes.io/hostname": node } },
        spec: { capacity: { storage: 25e9 }, details: { deviceType: "disk", driveType: "SSD" } },
      });
      const device = store.get(store.resource("BlockDevice"), "openebs", `blockdevice-${index}`);
      if (device !== undefined)
        store.updateStatus(store.resource("BlockDevice"), { ...device, status: { state: "Active", claimState: "Unclaimed" } });
    }
    const capacity = await recommend("getcapacityrecommendation", { clusterId, raidGroupConfig: raid });
    expect(capacity.body).toMatchObject({ data: [{ deviceGroupName: "disk-SSD", minCapacityBytes: 25e9, maxCapacityBytes: 25e9 }] });
    const devices = await recommend("getdevicerecommendation", { clusterId, poolCapacity: "1G", poolName: "rec", raidGroupConfig: raid });
    const instances = listAt(devices.body, "data", 0, "spec", "poolInstances");
    expect(instances).toMatchObject([{ node: { name: "member-worker1" }, capacity: "25000000000" }]);
    expect(listAt(instances[0], "blockDevices", "dataDevices")).toHaveLength(2);
  });
});

describe("the Kubernetes proxy", () => {
  const proxy = (path: string, method = "GET") => call(method, `/k8s${group.slice(3)}/clusters/${clusterId}/${path}`);

  it("lists and reads what the member's API holds", async () => {
    const { store } = bed.member;
    const namespaces = await proxy("api/v1/namespaces");
    expect(namespaces.body).toMatchObject({ kind: "NamespaceList", apiVersion: "v1" });
    expect(listAt(namespaces.body, "items").map((item) => textAt(item, "metadata", "name"))).toEqual(
      store.list(store.resource("Namespace")).map((item) => item.metadata.name),
    );
    expect((await proxy("api/v1/namespaces/maya-system")).body).toMatchObject({ metadata: { name: "maya-system" } });
    expect((await proxy("apis/apps/v1/namespaces/maya-system/deployments/velero")).body).toMatchObject({ kind: "Deployment" });
  });

  it.each([
    ["GET api/v1/unicorns", 404],
    ["GET api/v1/namespaces/nowhere", 404],
    ["GET version", 404],
    ["DELETE api/v1/namespaces/maya-system", 405],
  ])("answers %s with %i", async (line, status) => {
    const [method = "", path = ""] = line.split(" ");
    expect((await proxy(path, method)).status).toBe(status);
  });
});
