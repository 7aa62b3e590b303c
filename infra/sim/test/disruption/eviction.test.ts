import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../../src/kubernetes/kube-object.ts";
import { KubeApiBed, type Reply } from "../kube-api-bed.ts";

const PODS = "/api/v1/namespaces/default/pods";
const BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget.";

describe("the eviction subresource", () => {
  let bed: KubeApiBed;
  beforeEach(async () => {
    bed = await KubeApiBed.start();
  });
  afterEach(() => bed.api.close());

  const stored = (kind: string, name: string): KubeObject | undefined => bed.store.get(bed.store.resource(kind), "default", name);
  const setStatus = (kind: string, name: string, status: Json): void => {
    const object = stored(kind, name);
    if (object !== undefined) bed.store.updateStatus(bed.store.resource(kind), { ...object, status });
  };

  const pod = async (phase: string, ready: boolean): Promise<void> => {
    const spec = { nodeName: "w1", containers: [{ name: "main", image: "x" }] };
    await bed.ask(PODS, { method: "POST", body: { metadata: { name: "p", labels: { app: "web" } }, spec } });
    setStatus("Pod", "p", { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] });
  };
  const budget = async (name: string, status: Json, spec: Json = {}): Promise<void> => {
    await bed.ask(BUDGETS, {
      method: "POST",
      body: { metadata: { name }, spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 1, ...spec } },
    });
    setStatus("PodDisruptionBudget", name, status);
  };
  const evict = (body: Json = {}, query = ""): Promise<Reply> =>
    bed.ask(`${PODS}/p/eviction${query}`, {
      method: "POST",
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "p" }, ...body },
    });
  const isLeaving = (): boolean => stored("Pod", "p")?.metadata.deletionTimestamp !== undefined;

  it("evicts a pod that no budget guards, with its grace, and says why it goes", async () => {
    await pod("Running", true);
    const reply = await evict({ deleteOptions: { gracePeriodSeconds: 7 } });
    expect([reply.code, reply.json["status"]]).toEqual([201, "Success"]);
    expect(stored("Pod", "p")).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 7 },
      status: { conditions: [{ type: "Ready" }, { type: "DisruptionTarget", reason: "EvictionByEvictionAPI" }] },
    });
  });

  it("spends the budget", async () => {
    await pod("Running", true);
    await budget("b", { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 });
    expect((await evict()).code).toBe(201);
    expect(stored("PodDisruptionBudget", "b")?.status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { p: expect.any(String) as string },
      conditions: [{ type: "DisruptionAllowed", status: "False", reason: "InsufficientPods" }],
    });
  });

  it.each([
    [
      "is spent",
      { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 },
      "The disruption budget b needs 1 healthy pods and has 1 currently",
      undefined,
    ],
    ["was not counted yet", {}, "The disruption budget b is still being processed by the server.", "10"],
  ])("refuses when the budget %s", async (...[, status, because, retry]) => {
    await pod("Running", true);
    await budget("b", status);
    const reply = await evict();
    expect([reply.code, reply.json["message"], reply.headers["retry-after"]]).toEqual([429, VIOLATED, retry]);
    expect(reply.json["details"]).toMatchObject({ causes: [{ reason: "DisruptionBudget", message: because }] });
    expect(isLeaving()).toBe(false);
  });

  it.each([
    ["a pending pod", "Pending", {}, {}, 201],
    [
      "an unready pod with enough healthy ones",
      "Running",
      { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 },
      {},
      201,
    ],
    ["an unready pod without", "Running", { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 1 }, {}, 429],
    [
      "an unready pod without, when that is always allowed",
      "Running",
      { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 1 },
      { unhealthyPodEvictionPolicy: "AlwaysAllow" },
      201,
    ],
  ])("answers for %s", async (...[, phase, status, spec, code]) => {
    await pod(phase, false);
    await budget("b", status, spec);
    expect((await evict()).code).toBe(code);
  });

  it("does nothing in a dry run", async () => {
    await pod("Running", true);
    expect((await evict({}, "?dryRun=All")).code).toBe(201);
    expect(isLeaving()).toBe(false);
  });

  it("refuses two budgets, another name and another pod of that name", async () => {
    await pod("Running", true);
    expect((await evict({ metadata: { name: "q" } })).json["message"]).toBe("name in URL does not match name in Eviction object");
    expect((await evict({ deleteOptions: { preconditions: { uid: "x" } } })).code).toBe(409);
    await budget("b", {});
    await budget("c", {});
    expect((await evict()).json["message"]).toContain("more than one PodDisruptionBudget");
  });

  it.each([
    ["both limits", { maxUnavailable: 1 }, "minAvailable and maxUnavailable cannot be both set"],
    ["a negative number", { minAvailable: -1 }, "must be greater than or equal to 0"],
    ["a share above all", { minAvailable: "101%" }, "must not be greater than 100%"],
    ["a text", { minAvailable: "some" }, "must be an integer or percentage"],
    ["an unknown policy", { unhealthyPodEvictionPolicy: "Maybe" }, 'supported values: "AlwaysAllow", "IfHealthyBudget"'],
  ])("knows no budget with %s", async (...[, spec, message]) => {
    const reply = await bed.ask(BUDGETS, { method: "POST", body: { metadata: { name: "b" }, spec: { minAvailable: 1, ...spec } } });
    expect([reply.code, reply.json["message"]]).toEqual([422, expect.stringContaining(message)]);
  });
});
