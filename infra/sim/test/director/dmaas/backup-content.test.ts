import { describe, expect, it } from "vitest";
import { templateFaults } from "../../../src/director/programs/dmaas/backup-content.ts";

describe("what a backup asks for", () => {
  it.each([
    [{}, []],
    [{ includedNamespaces: ["shop"], labelSelector: { matchExpressions: [] } }, []],
    [{ includedResources: ["*"], excludedResources: ["secrets", "persistentvolumeclaims"] }, []],
    [{ hooks: {} }, ["hooks is not known"]],
    [{ includedResources: ["deployments.apps", "deploymnets"] }, ["deployments.apps is not known", "deploymnets is not known"]],
    [{ excludedResources: ["persistentvolumes"], ttl: "1h" }, ["ttl is not known", "persistentvolumes is not known"]],
  ])("%j has the faults %j", (template, faults) => {
    expect(templateFaults(template)).toEqual(faults);
  });
});
