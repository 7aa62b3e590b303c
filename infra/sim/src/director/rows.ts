import type { JsonRecord } from "./json.ts";

interface Row {
  readonly id: string;
  /** ISO time of insertion. */
  readonly created: string;
}

export const ROLES = ["ProjectOwner", "ProjectAdmin", "ProjectReadAdmin", "ProjectMember"] as const;
export type Role = (typeof ROLES)[number];
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

export interface AccountRow extends Row {
  readonly kind: "admin" | "user";
  /** What one signs in with beside the e-mail; the Administrator has no e-mail. */
  readonly userName?: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly onboardingStatus: number;
  readonly company?: string;
  readonly companyRole?: string;
  readonly phone?: string;
}

export interface ApiKeyRow extends Row {
  readonly accountId: string;
  readonly name: string;
  readonly publicValue: string;
  readonly secretHash: string;
}

export interface ProjectRow extends Row {
  readonly name: string;
  readonly ownerId: string;
}

export interface GroupRow extends Row {
  readonly name: "ProjectAccount" | "ClusterAccount";
  readonly projectId: string;
  readonly clusterId?: string;
}

export interface MemberRow extends Row {
  readonly projectId: string;
  readonly accountId: string;
  readonly role: Role;
}

export interface InvitationRow extends Row {
  readonly projectId: string;
  readonly groupId: string;
  readonly inviterId: string;
  readonly inviteeId: string;
  readonly role: Role;
  readonly kind: string;
  readonly state: "active" | "accepted" | "rejected";
}

export type ClusterState = "creating" | "inactive" | "active" | "offline" | "removed";

export interface ClusterRow extends Row {
  readonly name: string;
  readonly projectId: string;
  readonly provider: string;
  readonly state: ClusterState;
  readonly token: string;
  /** Whether it is the cluster that hosts Director itself. */
  readonly hosting: boolean;
  readonly kubernetesVersion?: string;
  /** Which cluster the agents reported from; the tunnel through them leads there. */
  readonly reportedFrom?: string;
  readonly components?: Readonly<Record<string, boolean>>;
  /** Pools that were made, and whether they are healthy. */
  readonly poolHealth?: Readonly<Record<string, boolean>>;
}

export interface NodeRow extends Row {
  readonly clusterId: string;
  readonly name: string;
  readonly state: "active" | "inactive";
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
  readonly internalIp?: string;
}

export interface TemplateRow extends Row {
  readonly version: string;
}

export interface OpenebsRow extends Row {
  readonly clusterId: string;
  readonly projectId: string;
  readonly creatorId: string;
  readonly state: "requested" | "installing" | "active" | "failed" | "removed";
  readonly installedBy: "director" | "operator";
  readonly namespace: string;
  readonly version: string;
  readonly templateId?: string;
  readonly installationMode?: string;
  readonly installationManifest: JsonRecord;
}

export interface JobRow extends Row {
  readonly kind: "install" | "upgradeControlPlane" | "removeNodeLabels" | "createPool" | "deletePool" | "upgradeDataPlane";
  readonly clusterId: string;
  /** Empty for jobs of pools and volumes, which know their operation or claim. */
  readonly openebsId: string;
  readonly state: "Pending" | "Running" | "Success" | "Failed";
  readonly message?: string;
  readonly payload: JsonRecord;
}

/** What somebody wants of a pool; its job is there from its execution on. */
export interface PoolOperationRow extends Row {
  readonly kind: "CreateCStorPoolCluster" | "DeleteCStorPoolCluster";
  readonly clusterId: string;
  readonly input: JsonRecord;
  readonly jobId?: string;
}

/** What somebody wants upgraded of a data plane; its jobs carry its id. */
export interface UpgradeClaimRow extends Row {
  readonly kind: "poolUpgrade" | "applicationUpgrade";
  readonly clusterId: string;
  readonly targetVersion: string;
  readonly upgradeComponents: readonly JsonRecord[];
}

export interface CredentialRow extends Row {
  readonly projectId: string;
  readonly name: string;
  readonly providerId: string;
  readonly credential: JsonRecord;
}

export interface ProviderRow extends Row {
  readonly name: string;
}

export interface AlertRow extends Row {
  readonly projectId: string;
  readonly clusterId: string;
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  readonly resource: string;
  readonly component: string;
  /** Of one that elastalert posted, as it posted them. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly acknowledged?: true;
  /** Whether it lies in the alert store, where its readers find it. */
  readonly stored?: true;
}

/** The tables of Director's database by name. */
export interface Tables {
  readonly accounts: AccountRow;
  readonly apiKeys: ApiKeyRow;
  readonly projects: ProjectRow;
  readonly groups: GroupRow;
  readonly members: MemberRow;
  readonly invitations: InvitationRow;
  readonly clusters: ClusterRow;
  readonly nodes: NodeRow;
  readonly templates: TemplateRow;
  readonly openebses: OpenebsRow;
  readonly jobs: JobRow;
  readonly poolOperations: PoolOperationRow;
  readonly upgradeClaims: UpgradeClaimRow;
  readonly providers: ProviderRow;
  readonly credentials: CredentialRow;
  readonly recommendations: Row & { readonly groupId: string };
  readonly alerts: AlertRow;
}

/** Letters of the ids: `1a14` is an account or a group, `1n1` a node. */
export const ID_LETTERS: Readonly<Record<keyof Tables, string>> = {
  accounts: "a",
  apiKeys: "ak",
  projects: "p",
  groups: "a",
  members: "gm",
  invitations: "ei",
  clusters: "c",
  nodes: "n",
  templates: "ot",
  openebses: "o",
  jobs: "oj",
  poolOperations: "cpo",
  upgradeClaims: "uc",
  providers: "bp",
  credentials: "pc",
  recommendations: "r",
  alerts: "al",
};
