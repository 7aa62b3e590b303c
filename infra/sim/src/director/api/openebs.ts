import { parse } from "yaml";
import { changeScope, clusterOf, clustersOf, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { invalid, missing, notAllowed, notFound } from "../http/api-error.ts";
import { collection, created, ok, present, type Presented } from "../http/envelope.ts";
import { action, get, post, type Reply, type Route } from "../http/router.ts";
import { DEFAULT_FILTERS, type DeviceFilters } from "../device-filters.ts";
import { at, isRecord, type JsonRecord } from "../json.ts";
import { compareVersions, isVersion, offeredVersions } from "../openebs-version.ts";
import { openebsManifest, wishOf } from "../openebs-manifest.ts";
import type { ClusterRow, JobRow, OpenebsRow, TemplateRow } from "../rows.ts";
import { namedCluster } from "./named-cluster.ts";
import { selectNodes } from "./openebs-nodes.ts";

const presentOpenebs = (call: Call, { group }: Scope, row: OpenebsRow): Presented => {
  const path = `groups/${group.id}/openebses/${row.id}`;
  const actions = row.state === "active" ? ["upgradecontrolplane"] : ["selectopenebsnodes", "openebsinstall"];
  return present(call, { type: "openebs", path, fields: { ...row }, actions: row.state === "removed" ? [] : actions });
};

const recordsOf = (call: Call, scope: Scope): readonly OpenebsRow[] => {
  const reachable = new Set(clustersOf(call, scope).map((cluster) => cluster.id));
  return call.db.list("openebses").filter((row) => reachable.has(row.clusterId));
};

/** With a cluster in the path, only its own. */
const recordsHere = (call: Call, scope: Scope): readonly OpenebsRow[] => {
  const cid = call.params["cid"];
  const cluster = cid === undefined ? undefined : clusterOf(call, scope, cid);
  return recordsOf(call, scope).filter((row) => cluster === undefined || row.clusterId === cluster.id);
};

const list = (call: Call): Reply => {
  const scope = viewScope(call);
  return collection(
    call,
    "openebs",
    recordsHere(call, scope).map((row) => presentOpenebs(call, scope, row)),
  );
};

/** What is installed, however it came there. */
const listInstalled = (call: Call): Reply => {
  const scope = viewScope(call);
  const active = recordsHere(call, scope).filter((row) => row.state === "active");
  return collection(
    call,
    "openebs",
    active.map((row) => presentOpenebs(call, scope, row)),
  );
};

const recordOf = (call: Call, scope: Scope): OpenebsRow => {
  const found = recordsOf(call, scope).find((row) => row.id === call.param("oid"));
  if (found === undefined) throw notFound(`openebs ${call.param("oid")} is unknown`);
  return found;
};

const templatesOf = (call: Call): readonly TemplateRow[] => {
  const offered = offeredVersions(call.director.release);
  return call.db.list("templates").filter((template) => offered.includes(template.version));
};

const listTemplates = (call: Call): Reply => {
  const { group } = viewScope(call);
  const items = templatesOf(call).map((row) =>
    present(call, { type: "openebsTemplate", path: `groups/${group.id}/openebstemplates/${row.id}`, fields: { ...row, state: "active" } }),
  );
  return collection(call, "openebsTemplate", items);
};

const targetCluster = (call: Call, scope: Scope): ClusterRow => {
  const { cid } = call.params;
  const cluster = cid === undefined ? namedCluster(call, scope) : clusterOf(call, scope, cid);
  if (cluster.state !== "active") throw notAllowed(`cluster ${cluster.name} is ${cluster.state}, not active`);
  return cluster;
};

/** Errors: 405 when OpenEBS is there or on its way. */
const checkAbsent = (call: Call, clusterId: string): void => {
  const there = call.db
    .list("openebses")
    .find((row) => row.clusterId === clusterId && (row.state === "active" || row.state === "installing"));
  if (there !== undefined) throw notAllowed(`OpenEBS ${there.version} is ${there.state} on the cluster`);
};

const devices = (call: Call, field: string): string[] => {
  const value = at(call.request.body, field);
  const parts: readonly unknown[] = Array.isArray(value) ? value : call.text(field).split(",");
  return parts.flatMap((part) => (typeof part === "string" && part.trim() !== "" ? [part.trim()] : []));
};

/** Excluded paths come on top of those that NDM leaves alone anyway. */
const filtersOf = (call: Call): DeviceFilters => ({
  ...DEFAULT_FILTERS,
  includedPaths: devices(call, "includeDeviceFilters"),
  excludedPaths: [...new Set([...DEFAULT_FILTERS.excludedPaths, ...devices(call, "excludeDeviceFilters")])],
});

const manifestOf = (call: Call, version: string): JsonRecord => {
  const registry = call.text("dockerRegistry") || `${call.director.registry}/openebs/`;
  const [cpuLimit, memoryLimit] = [call.text("cpuResourceLimit"), call.text("memoryResourceLimit")];
  return openebsManifest({
    namespace: call.text("namespace") || "openebs",
    version,
    imagePrefix: registry.endsWith("/") ? registry : `${registry}/`,
    defaultDirectory: call.text("defaultDirectory") || "/var/openebs",
    filters: filtersOf(call),
    ...(cpuLimit !== "" && { cpuLimit }),
    ...(memoryLimit !== "" && { memoryLimit }),
  });
};

const create = (call: Call): Reply => {
  const scope = changeScope(call);
  const cluster = targetCluster(call, scope);
  checkAbsent(call, cluster.id);
  const templateId = call.text("templateId");
  const template = templatesOf(call).find((row) => row.id === templateId);
  if (template === undefined)
    throw templateId === "" ? missing("templateId") : invalid(`templateId ${templateId} is unknown`, "InvalidReference");
  const row = call.db.insert("openebses", {
    clusterId: cluster.id,
    projectId: scope.group.projectId,
    creatorId: call.text("creatorId") || scope.group.id,
    state: "requested",
    installedBy: "director",
    namespace: call.text("namespace") || "openebs",
    version: template.version,
    templateId,
    installationMode: call.text("installationMode") || "basic",
    installationManifest: manifestOf(call, template.version),
  });
  return created(presentOpenebs(call, scope, row));
};

const givenManifest = (call: Call): JsonRecord => {
  const given = at(call.request.body, "yaml") ?? "";
  const manifest: unknown = typeof given === "string" ? parsedYaml(given) : given;
  if (!isRecord(manifest) || wishOf(manifest) === undefined)
    throw given === "" ? missing("yaml") : invalid("yaml is not an OpenEBS of dao.mayadata.io/v1alpha1");
  return manifest;
};

/** Undefined for text that is no YAML. */
const parsedYaml = (text: string): unknown => {
  try {
    return parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const presentJob = (call: Call, { group }: Scope, job: JobRow): Presented => {
  const { payload: _, ...fields } = job;
  return present(call, { type: "openebsJob", path: `groups/${group.id}/openebsjobs/${job.id}`, fields });
};

const install = (call: Call): Reply => {
  const scope = changeScope(call);
  const row = recordOf(call, scope);
  if (row.state === "removed") throw notAllowed(`openebs ${row.id} is removed`);
  checkAbsent(call, row.clusterId);
  call.director.storeOf(clusterOf(call, scope, row.clusterId));
  const manifest = givenManifest(call);
  const { namespace = row.namespace, version = row.version } = wishOf(manifest) ?? {};
  call.db.update("openebses", row.id, { state: "installing", installationManifest: manifest, namespace, version });
  const job = { kind: "install", clusterId: row.clusterId, openebsId: row.id, state: "Pending", payload: { manifest } } as const;
  return ok(presentJob(call, scope, call.db.insert("jobs", job)));
};

/** Errors: 422 for what an operator YAML installed; 405 for a version that is no upgrade or that the data plane is ahead of. */
const checkUpgrade = (call: Call, row: OpenebsRow, target: string): void => {
  if (row.installedBy === "operator") throw invalid("OpenEBS was installed by an operator YAML, not by Director", "InvalidState");
  if (row.state !== "active") throw notAllowed(`openebs ${row.id} is ${row.state}, not active`);
  const dataPlane = call.director.dataPlaneVersion(row.clusterId);
  const isBehind = dataPlane !== undefined && compareVersions(target, dataPlane) < 0;
  if (isVersion(target) && (isBehind || compareVersions(target, row.version) <= 0))
    throw notAllowed(
      isBehind ? `${target} is lower than the data plane's version ${dataPlane}` : `${target} is no upgrade of ${row.version}`,
    );
  if (!offeredVersions(call.director.release).includes(target))
    throw target === "" ? missing("upgradeVersion") : notAllowed(`no upgrade leads to ${target}`);
  if (call.db.list("jobs").some((job) => job.openebsId === row.id && (job.state === "Pending" || job.state === "Running")))
    throw notAllowed("another job of this OpenEBS is under way");
};

const upgrade = (call: Call): Reply => {
  const scope = changeScope(call);
  const row = recordOf(call, scope);
  const target = call.text("upgradeVersion");
  checkUpgrade(call, row, target);
  call.director.storeOf(clusterOf(call, scope, row.clusterId));
  const payload = { namespace: row.namespace, version: target };
  const job = { kind: "upgradeControlPlane", clusterId: row.clusterId, openebsId: row.id, state: "Pending", payload } as const;
  return ok(presentJob(call, scope, call.db.insert("jobs", job)));
};

const select = (call: Call): Reply => {
  const scope = changeScope(call);
  const row = recordOf(call, scope);
  if (row.state === "removed") throw notAllowed(`openebs ${row.id} is removed`);
  selectNodes(call, clusterOf(call, scope, row.clusterId));
  return ok(presentOpenebs(call, scope, row));
};

/** Jobs that a client started as such; others are Director's own, or stand behind an operation of a pool. */
const PUBLIC_JOBS: ReadonlySet<JobRow["kind"]> = new Set(["install", "upgradeControlPlane"]);

const jobsOf = (call: Call, scope: Scope): readonly JobRow[] => {
  const reachable = new Set(clustersOf(call, scope).map((cluster) => cluster.id));
  return call.db.list("jobs").filter((job) => reachable.has(job.clusterId) && PUBLIC_JOBS.has(job.kind));
};

const listJobs = (call: Call): Reply => {
  const scope = viewScope(call);
  return collection(
    call,
    "openebsJob",
    jobsOf(call, scope).map((job) => presentJob(call, scope, job)),
  );
};

const readJob = (call: Call): Reply => {
  const scope = viewScope(call);
  const job = jobsOf(call, scope).find((row) => row.id === call.param("jid"));
  if (job === undefined) throw notFound(`openebsjob ${call.param("jid")} is unknown`);
  return ok(presentJob(call, scope, job));
};

const matrixes = (call: Call): Reply => {
  void call.account;
  const offered = offeredVersions(call.director.release);
  const fields = { id: "1um1", supportedBaseVersions: offered.slice(0, -1), targetVersion: offered.at(-1), state: "active" };
  return collection(call, "upgradeMatrix", [present(call, { type: "upgradeMatrix", path: "upgradematrixes/1um1", fields })]);
};

export const openebsRoutes: readonly Route[] = [
  get("v3/upgradematrixes", matrixes),
  get("v3/groups/:gid/openebstemplates", listTemplates),
  ...["v3/groups/:gid", "v3/groups/:gid/clusters/:cid"].flatMap((below) => [
    get(`${below}/openebses`, list),
    post(`${below}/openebses`, create),
    get(`${below}/openebs`, listInstalled),
  ]),
  get("v3/groups/:gid/openebses/:oid", (call) => {
    const scope = viewScope(call);
    return ok(presentOpenebs(call, scope, recordOf(call, scope)));
  }),
  action("v3/groups/:gid/openebses/:oid", "selectopenebsnodes", select),
  action("v3/groups/:gid/openebses/:oid", "openebsinstall", install),
  action("v3/groups/:gid/openebses/:oid", "upgradecontrolplane", upgrade),
  get("v3/groups/:gid/openebsjobs", listJobs),
  get("v3/groups/:gid/openebsjobs/:jid", readJob),
];
