import type { Database } from "./database.ts";
import { createAccount } from "./api/accounts.ts";
import { offeredVersions } from "./openebs-version.ts";
import type { ClusterRow } from "./rows.ts";
import { randomToken } from "./secrets.ts";

export interface Installation {
  readonly release: string;
  readonly administrator: { readonly username: string; readonly password: string };
}

/** Name under which Director connects the cluster that hosts it. */
const HOSTING_CLUSTER = "OpenEBSDirector";
const PROVIDERS = ["aws", "cloudian", "minio"] as const;

export const hostingCluster = (db: Database): ClusterRow | undefined => db.list("clusters").find((cluster) => cluster.hosting);

const firstStart = (db: Database, { administrator }: Installation): void => {
  const { username: userName, password } = administrator;
  const admin = createAccount(db, { kind: "admin", userName, firstName: userName, lastName: "", email: "", password });
  for (const name of PROVIDERS) db.insert("providers", { name });
  const project = db.list("projects").find((row) => row.ownerId === admin.id);
  const cluster = { name: HOSTING_CLUSTER, provider: "gcp", state: "inactive", token: randomToken(), hosting: true } as const;
  db.insert("clusters", { ...cluster, projectId: project?.id ?? "" });
};

/** Brings a database up to what a release starts with; what is there already stays. */
export const seed = (db: Database, installation: Installation): void => {
  if (db.list("accounts").length === 0) firstStart(db, installation);
  const known = new Set(db.list("templates").map((template) => template.version));
  for (const version of offeredVersions(installation.release)) if (!known.has(version)) db.insert("templates", { version });
};
