import { changeScope, clustersOf, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { invalid, missing, notAllowed, notFound } from "../http/api-error.ts";
import { collection, created, ok, present, type Presented } from "../http/envelope.ts";
import { get, post, type Reply, type Route } from "../http/router.ts";
import { listAt, textAt, type JsonRecord } from "../json.ts";
import { compareVersions, isVersion } from "../openebs-version.ts";
import type { JobRow, OpenebsRow, UpgradeClaimRow } from "../rows.ts";
import { poolOfId, volumesOfId, type UpgradeSubject } from "../upgrade-subjects.ts";
import { namedCluster } from "./named-cluster.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";

const JOB = "upgradeDataPlane";
const KINDS = ["poolUpgrade", "applicationUpgrade"] as const;

const isKind = (text: string): text is UpgradeClaimRow["kind"] => (KINDS as readonly string[]).includes(text);

/** What is asked, read and not yet judged. */
interface Wish extends Pick<UpgradeClaimRow, "kind" | "clusterId" | "targetVersion"> {
  readonly ids: readonly string[];
}

/** Errors: 422 for what is missing or no such thing. */
const wishOf = (call: Call, clusterId: string): Wish => {
  const [kind, targetVersion] = [call.text("kind"), call.text("targetVersion")];
  const components = listAt(call.request.body, "upgradeComponents");
  if (!isKind(kind)) throw kind === "" ? missing("kind") : invalid(`kind ${kind} is unknown`, "InvalidOption");
  if (!isVersion(targetVersion))
    throw targetVersion === "" ? missing("targetVersion") : invalid(`targetVersion ${targetVersion} is no version`);
  const ids = components.flatMap((component) => textAt(component, "id") ?? []);
  if (ids.length === 0 || ids.length < components.length)
    throw missing(components.length === 0 ? "upgradeComponents" : "upgradeComponents[].id");
  return { clusterId, kind, targetVersion, ids: [...new Set(ids)] };
};

/** Errors: 404 for an id that stands for no pool or application. */
const subjectsOf = (store: EtcdStore, { kind, ids }: Wish): readonly UpgradeSubject[] => {
  const found = ids.flatMap((id) => {
    const subject = kind === "poolUpgrade" ? poolOfId(store, id) : volumesOfId(store, id);
    if (subject === undefined) throw notFound(`${id} is no ${kind === "poolUpgrade" ? "pool" : "application"} of the cluster`);
    return subject;
  });
  return [...new Map(found.map((subject) => [subject.name, subject])).values()];
};

const isUnderWay = ({ state }: JobRow): boolean => state === "Pending" || state === "Running";

/** Errors: 405 without OpenEBS, or when the data plane would get ahead of its control plane. */
const checkControlPlane = (call: Call, { clusterId, targetVersion }: Wish): OpenebsRow => {
  const control = call.db.list("openebses").find((row) => row.clusterId === clusterId && row.state === "active");
  if (control === undefined) throw notAllowed("the cluster has no active OpenEBS");
  if (compareVersions(targetVersion, control.version) > 0)
    throw notAllowed(`${targetVersion} is higher than the control plane's version ${control.version}`);
  return control;
};

/** Errors: 405 for what is not running, or for a volume that would get ahead of its pool. */
const checkSubject = ({ name, notRunning, poolVersion }: UpgradeSubject, { targetVersion }: Wish): void => {
  if (notRunning.length > 0) throw notAllowed(`not running: ${notRunning.join(", ")}`);
  if (poolVersion !== undefined && compareVersions(targetVersion, poolVersion) > 0)
    throw notAllowed(`${targetVersion} is higher than version ${poolVersion} of a pool of ${name}`);
};

/** Errors: 405 for what an earlier claim has not finished. */
const checkIdle = (call: Call, { name }: UpgradeSubject, { clusterId }: Wish): void => {
  const own = call.db.list("jobs").filter((job) => job.kind === JOB && job.clusterId === clusterId);
  if (own.some((job) => isUnderWay(job) && textAt(job.payload, "name") === name)) throw notAllowed(`${name} is being upgraded`);
};

/** What there is to do. Errors: 405 when nothing is, or when it may not be done. */
const dueOf = (call: Call, store: EtcdStore, wish: Wish): readonly UpgradeSubject[] => {
  const due = subjectsOf(store, wish).filter(({ version }) => compareVersions(version, wish.targetVersion) < 0);
  if (due.length === 0) throw notAllowed(`nothing of it is older than ${wish.targetVersion}`);
  for (const subject of due) {
    checkIdle(call, subject, wish);
    checkSubject(subject, wish);
  }
  return due;
};

const presentClaim = (call: Call, { group }: Scope, row: UpgradeClaimRow): Presented => {
  const path = `groups/${group.id}/openebsupgradeclaims/${row.id}`;
  return present(call, {
    type: "openebsUpgradeClaim",
    path,
    fields: { ...row },
    links: { openebsUpgradeJobs: `${path}/openebsupgradejobs` },
  });
};

const claim = (call: Call): Reply => {
  const scope = changeScope(call);
  const cluster = namedCluster(call, scope);
  const wish = wishOf(call, cluster.id);
  const store = call.director.storeOf(cluster);
  const { namespace } = checkControlPlane(call, wish);
  const due = dueOf(call, store, wish);
  const { kind, clusterId, targetVersion } = wish;
  const upgradeComponents = listAt(call.request.body, "upgradeComponents") as readonly JsonRecord[];
  const row = call.db.insert("upgradeClaims", { kind, clusterId, targetVersion, upgradeComponents });
  for (const { resource, name } of due) {
    const payload = { claimId: row.id, namespace, resource, name, version: targetVersion };
    call.db.insert("jobs", { kind: JOB, clusterId, openebsId: "", state: "Pending", payload });
  }
  return created(presentClaim(call, scope, row));
};

const claimsOf = (call: Call, scope: Scope): readonly UpgradeClaimRow[] => {
  const reachable = new Set(clustersOf(call, scope).map(({ id }) => id));
  return call.db.list("upgradeClaims").filter(({ clusterId }) => reachable.has(clusterId));
};

const claimOf = (call: Call, scope: Scope): UpgradeClaimRow => {
  const found = claimsOf(call, scope).find(({ id }) => id === call.param("ucid"));
  if (found === undefined) throw notFound(`openebsupgradeclaim ${call.param("ucid")} is unknown`);
  return found;
};

const presentJob = (call: Call, { group }: Scope, { payload, ...fields }: JobRow): Presented => {
  const { name, resource, version: targetVersion } = payload;
  const path = `groups/${group.id}/openebsupgradejobs/${fields.id}`;
  return present(call, { type: "openebsUpgradeJob", path, fields: { ...fields, kind: resource, name, targetVersion } });
};

const jobsOf = (call: Call, scope: Scope): readonly JobRow[] => {
  const claims = new Set(claimsOf(call, scope).map(({ id }) => id));
  return call.db.list("jobs").filter((job) => job.kind === JOB && claims.has(textAt(job.payload, "claimId") ?? ""));
};

const listClaims = (call: Call): Reply => {
  const scope = viewScope(call);
  const items = claimsOf(call, scope).map((row) => presentClaim(call, scope, row));
  return collection(call, "openebsUpgradeClaim", items);
};

const listJobs = (call: Call): Reply => {
  const scope = viewScope(call);
  const { id } = claimOf(call, scope);
  const own = jobsOf(call, scope).filter((job) => textAt(job.payload, "claimId") === id);
  return collection(
    call,
    "openebsUpgradeJob",
    own.map((job) => presentJob(call, scope, job)),
  );
};

const readClaim = (call: Call): Reply => {
  const scope = viewScope(call);
  return ok(presentClaim(call, scope, claimOf(call, scope)));
};

const readJob = (call: Call): Reply => {
  const scope = viewScope(call);
  const job = jobsOf(call, scope).find(({ id }) => id === call.param("jid"));
  if (job === undefined) throw notFound(`openebsupgradejob ${call.param("jid")} is unknown`);
  return ok(presentJob(call, scope, job));
};

export const upgradeRoutes: readonly Route[] = [
  get("v3/groups/:gid/openebsupgradeclaims", listClaims),
  post("v3/groups/:gid/openebsupgradeclaims", claim),
  get("v3/groups/:gid/openebsupgradeclaims/:ucid", readClaim),
  get("v3/groups/:gid/openebsupgradeclaims/:ucid/openebsupgradejobs", listJobs),
  get("v3/groups/:gid/openebsupgradejobs/:jid", readJob),
];
