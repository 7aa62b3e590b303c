import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resourceFields } from "@kubera-e2e/director/resource-fields";
import { routes } from "@kubera-e2e/sim/director-routes";
import { fieldRules } from "./field-rules.ts";
import { roleRules } from "./role-rules.ts";
import { statusRules, type Rule, type Source } from "./rules-of-sources.ts";

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
  ...fieldRules(resourceFields),
];
