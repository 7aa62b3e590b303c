import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DisruptionBudget } from "../../src/kubernetes/workload-objects.ts";
import { openClusterBed, templateOf, type ClusterBed } from "../kubelet/cluster-bed.ts";

describe("disruption budgets of a running cluster", () => {
  let bed: ClusterBed;
  beforeAll(async () => {
    bed = await openClusterBed();
    await bed.untilNodesReady();
    const selector = { matchLabels: { app: "web" } };
    bed.create("Deployment", "web", { replicas: 3, selector, template: templateOf(bed.image("server:1")) });
    await bed.until("three pods are ready", (view) => view.get("Deployment", "default", "web")?.status?.readyReplicas === 3);
  });
  afterAll(() => bed.close());

  const counted = (name: string, spec: object): Promise<DisruptionBudget["status"]> => {
    bed.create("PodDisruptionBudget", name, { selector: { matchLabels: { app: "web" } }, ...spec });
    return bed.until(`budget ${name} is counted`, (view) => {
      const status = view.get("PodDisruptionBudget", "default", name)?.status;
      return status?.observedGeneration === 1 && status;
    });
  };

  it.each([
    ["a number that must stay", { minAvailable: 2 }, { disruptionsAllowed: 1, desiredHealthy: 2, expectedPods: 3 }],
    ["a share that must stay", { minAvailable: "50%" }, { disruptionsAllowed: 1, desiredHealthy: 2, expectedPods: 3 }],
    ["a number that may go", { maxUnavailable: 1 }, { disruptionsAllowed: 1, desiredHealthy: 2, expectedPods: 3 }],
    ["a share that may go", { maxUnavailable: "40%" }, { disruptionsAllowed: 2, desiredHealthy: 1, expectedPods: 3 }],
    ["more than there are", { minAvailable: 5 }, { disruptionsAllowed: 0, desiredHealthy: 5, expectedPods: 3 }],
    [
      "no pods at all",
      { selector: { matchLabels: { app: "none" } }, maxUnavailable: 1 },
      { disruptionsAllowed: 0, desiredHealthy: 0, expectedPods: 0 },
    ],
  ])("counts %s", async (title, spec, expected) => {
    expect(await counted(title.replaceAll(" ", "-"), spec)).toMatchObject({ ...expected, observedGeneration: 1 });
  });

  it("follows its pods", async () => {
    await counted("followed", { maxUnavailable: 1 });
    const web = bed.view.get("Deployment", "default", "web");
    if (web !== undefined) bed.view.update("Deployment", { ...web, spec: { ...web.spec, replicas: 5 } });
    const status = await bed.until("five pods count", (view) => {
      const found = view.get("PodDisruptionBudget", "default", "followed")?.status;
      return found?.currentHealthy === 5 && found;
    });
    expect(status).toMatchObject({ desiredHealthy: 4, expectedPods: 5, disruptionsAllowed: 1 });
  });
});
