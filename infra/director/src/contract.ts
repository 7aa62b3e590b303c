import { z } from "zod";

/** Shapes that Director's contract promises; every other field is let through. Ids are opaque. */
const id = z.string().min(1);
const links = z.record(z.string(), z.string());

const base = z.looseObject({ id, links: links.optional(), actions: links.optional() });

export const collectionOf = <T extends z.ZodType>(item: T) => z.looseObject({ data: z.array(item) });

export const anythingSchema = z.unknown();

export const sessionSchema = z.looseObject({ jwt: z.string().min(1), accountId: id });
export const apiKeySchema = z.looseObject({ publicValue: z.string().min(1), secretValue: z.string().min(1) });
export const settingSchema = z.looseObject({ value: z.string() });
export const projectKeySchema = z.looseObject({ apiKey: z.string().min(1) });
export const accountSchema = base.extend({ firstName: z.string().nullish(), lastName: z.string().nullish(), email: z.string().nullish() });

/** `ProjectAccount` belongs to the project, `ClusterAccount` to one connected cluster. */
export const groupSchema = base.extend({ name: z.string(), projectId: id, clusterId: z.string().nullish() });
export const projectSchema = base;
export const memberSchema = base.extend({
  role: z.string().optional(),
  accountDetails: z.looseObject({ email: z.string() }).nullish(),
});
/** `accept` and `reject` are among the actions of one that the asking account may answer. */
export const invitationSchema = base.extend({ actions: links, state: z.string().optional() });

export const passwordSchema = base;

/** `engine` is cstor, jiva or local; `usedBy` names the pods that mount it. */
export const volumeSchema = base.extend({
  name: z.string(),
  state: z.string(),
  size: z.string(),
  engine: z.string(),
  claim: z.string(),
  usedBy: z.array(z.string()),
});

const replicaSchema = z.looseObject({ state: z.string() });
/** `replica` where OpenEBS keeps replicas of it. */
const mountedSchema = z.looseObject({ name: z.string(), replica: z.array(replicaSchema).nullish() });
const applicationPodSchema = z.looseObject({ name: z.string().optional(), volumes: z.array(mountedSchema).nullish() });
export const applicationSchema = base.extend({
  name: z.string(),
  namespace: z.string().optional(),
  data: z.looseObject({ pods: z.array(applicationPodSchema).nullish() }),
});

export const providerSchema = base.extend({ name: z.string() });
export const credentialSchema = base.extend({ name: z.string() });

const registrationSchema = z.looseObject({ clusterCommand: z.string().nullish() });
export const clusterSchema = base.extend({ name: z.string(), state: z.string(), registrationToken: registrationSchema.nullish() });
export const nodeSchema = base.extend({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() });

export const templateSchema = base.extend({ version: z.string() });
export const openebsSchema = base.extend({
  state: z.string().optional(),
  installationManifest: z.union([z.record(z.string(), z.unknown()), z.string()]).nullish(),
});
export const jobSchema = base.extend({ state: z.string(), message: z.string().nullish() });
/** The answer to an action promises an id alone; its state follows by reading the job. */
export const startedJobSchema = jobSchema.partial({ state: true });
export const upgradeMatrixSchema = z.looseObject({ supportedBaseVersions: z.array(z.string()), targetVersion: z.string() });

export const recommendationSchema = base;
export const capacitySchema = z.looseObject({ deviceGroupName: z.string() });
const recommendedInstanceSchema = z.looseObject({
  node: z.looseObject({ name: z.string() }),
  capacity: z.union([z.string(), z.number()]),
  blockDevices: z.looseObject({ dataDevices: z.array(z.looseObject({ name: z.string() })) }),
});
export const deviceRecommendationSchema = z.looseObject({ spec: z.looseObject({ poolInstances: z.array(recommendedInstanceSchema) }) });
export const poolOperationSchema = base.extend({ state: z.string().optional(), message: z.string().nullish() });
export const poolInstanceSchema = base.extend({ name: z.string().optional(), poolState: z.string() });
const poolPodSchema = z.looseObject({ name: z.string(), state: z.string() });
export const storagePoolSchema = base.extend({
  name: z.string(),
  data: z.looseObject({ version: z.string().optional(), pods: z.array(poolPodSchema) }),
});

export const upgradeClaimSchema = base;

export type Session = z.infer<typeof sessionSchema>;
export type ApiKey = z.infer<typeof apiKeySchema>;
export type Account = z.infer<typeof accountSchema>;
export type Volume = z.infer<typeof volumeSchema>;
export type Provider = z.infer<typeof providerSchema>;
export type Credential = z.infer<typeof credentialSchema>;
export type Group = z.infer<typeof groupSchema>;
export type Member = z.infer<typeof memberSchema>;
export type Invitation = z.infer<typeof invitationSchema>;
export type Cluster = z.infer<typeof clusterSchema>;
export type DirectorNode = z.infer<typeof nodeSchema>;
export type Template = z.infer<typeof templateSchema>;
export type Openebs = z.infer<typeof openebsSchema>;
export type Job = z.infer<typeof jobSchema>;
export type StartedJob = z.infer<typeof startedJobSchema>;
export type DeviceRecommendation = z.infer<typeof deviceRecommendationSchema>;
export type PoolOperation = z.infer<typeof poolOperationSchema>;
export type PoolInstance = z.infer<typeof poolInstanceSchema>;
export type StoragePool = z.infer<typeof storagePoolSchema>;
export type Application = z.infer<typeof applicationSchema>;
export type UpgradeMatrix = z.infer<typeof upgradeMatrixSchema>;
