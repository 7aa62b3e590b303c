import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as contract from "@kubera-e2e/director/contract";
import { routes } from "@kubera-e2e/sim/director-routes";
import type { ZodObject } from "zod";
import { fieldRules, type Fields } from "./field-rules.ts";
import { roleRules } from "./role-rules.ts";
import { statusRules, type Rule, type Source } from "./rules-of-sources.ts";

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

const FIELDS: Fields = Object.fromEntries(Object.entries(RESOURCES).map(([type, resource]) => [type, fieldsOf(type, resource)]));

const DIRECTOR = "infra/sim/src/director";
const OF_CONTRACT = ["access.ts", "call.ts", "project-key.ts"];

const sourcesIn = (root: string): readonly Source[] =>
  [
    ...OF_CONTRACT,
    ...readdirSync(join(root, DIRECTOR, "api"))
      .toSorted()
      .map((name) => `api/${name}`),
  ]
    .map((name) => `${DIRECTOR}/${name}`)
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

/** Every rule that the simulated Director's routes, refusals and resources show. */
export const contractRules = (root: string): readonly Rule[] => [
  ...statusRules(sourcesIn(root)),
  ...roleRules(routes),
  ...fieldRules(FIELDS),
];
