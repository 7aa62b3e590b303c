import type { ZodObject } from "zod";
import * as contract from "./contract.ts";

/** Resources of Director with the schema that its client holds them to, and fields that specs ask for beyond it. */
const RESOURCES: Readonly<Record<string, { readonly schema: ZodObject; readonly more?: readonly string[] }>> = {
  apiKey: { schema: contract.apiKeySchema },
  setting: { schema: contract.settingSchema },
  account: { schema: contract.accountSchema, more: ["onboardingStatus"] },
  group: { schema: contract.groupSchema },
  project: { schema: contract.projectSchema },
  groupMember: { schema: contract.memberSchema },
  emailInvitation: { schema: contract.invitationSchema },
  mayaVolume: { schema: contract.volumeSchema },
  mayaApplication: { schema: contract.applicationSchema },
  mayaStoragePool: { schema: contract.storagePoolSchema },
  backupProvider: { schema: contract.providerSchema },
  providerCredential: { schema: contract.credentialSchema, more: ["projectId", "providerId"] },
  cluster: { schema: contract.clusterSchema, more: ["kubernetesVersion"] },
  node: { schema: contract.nodeSchema, more: ["capacity"] },
  openebsTemplate: { schema: contract.templateSchema },
  openebs: { schema: contract.openebsSchema },
  openebsJob: { schema: contract.jobSchema },
  openebsUpgradeClaim: { schema: contract.upgradeClaimSchema },
  openebsUpgradeJob: { schema: contract.jobSchema },
  upgradeMatrix: { schema: contract.upgradeMatrixSchema },
  recommendation: { schema: contract.recommendationSchema },
  cstorPoolOperation: { schema: contract.poolOperationSchema },
  cstorPoolInstance: { schema: contract.poolInstanceSchema },
};

/** Of the envelope; no spec follows them. */
const UNUSED = new Set(["links"]);
/** Types of which a client follows what `actions` says. */
const ACTED_ON = new Set(["emailInvitation"]);

const fieldsOf = (type: string, { schema, more = [] }: (typeof RESOURCES)[string]): readonly string[] => [
  ...Object.keys(schema.shape).filter((field) => !UNUSED.has(field) && (field !== "actions" || ACTED_ON.has(type))),
  ...more,
];

/** Fields that this client and its specs read, by the type of the resource that carries them. */
export const resourceFields: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(RESOURCES).map(([type, resource]) => [type, fieldsOf(type, resource)]),
);
