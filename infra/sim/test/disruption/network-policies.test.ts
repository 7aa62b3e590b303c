import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isCutOff } from "../../src/kubernetes/network-policies.ts";
import type { Json } from "../../src/kubernetes/kube-object.ts";
import { KubeApiBed, type Reply } from "../kube-api-bed.ts";

const POLICIES = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

describe("a network policy", () => {
  let bed: KubeApiBed;
  beforeEach(async () => {
    bed = await KubeApiBed.start();
  });
  afterEach(() => bed.api.close());

  const apply = (spec: Json): Promise<Reply> => bed.ask(POLICIES, { method: "POST", body: { metadata: { name: "cut" }, spec } });
  const cut = (given: { readonly labels?: Record<string, string>; readonly namespace?: string; readonly spec?: Json } = {}): string[] => {
    const { labels = { app: "db" }, namespace = "default", spec = {} } = given;
    const metadata = { name: "p", namespace, labels, uid: "u", resourceVersion: "1", creationTimestamp: "" };
    const pod = { apiVersion: "v1", kind: "Pod", metadata, spec };
    return (["Ingress", "Egress"] as const).filter((direction) => isCutOff(bed.store, pod, direction));
  };

  it.each([
    ["both ways", { policyTypes: ["Ingress", "Egress"] }, ["Ingress", "Egress"]],
    ["one way", { policyTypes: ["Egress"] }, ["Egress"]],
    ["the way in, when it names none", {}, ["Ingress"]],
  ])("cuts off %s", async (_name, types, ways) => {
    expect((await apply({ podSelector: { matchLabels: { app: "db" } }, ...types })).code).toBe(201);
    expect(cut()).toEqual(ways);
  });

  it("is about the pods that it selects, but for those in the network of their node, and until it is deleted", async () => {
    await apply({ podSelector: { matchLabels: { app: "db" } } });
    expect([cut({ labels: { app: "web" } }), cut({ namespace: "other" }), cut({ spec: { hostNetwork: true } })]).toEqual([[], [], []]);
    expect(cut()).toEqual(["Ingress"]);
    await bed.ask(`${POLICIES}/cut`, { method: "DELETE" });
    expect(cut()).toEqual([]);
  });

  it("without a selector is about every pod of its namespace", async () => {
    await apply({});
    expect(cut({ labels: { app: "web" } })).toEqual(["Ingress"]);
  });

  it.each([
    [{ ingress: [{}] }, 'NetworkPolicy.networking.k8s.io "cut" is invalid: spec.ingress: Forbidden: the simulator knows no rules'],
    [{ egress: [{}] }, 'NetworkPolicy.networking.k8s.io "cut" is invalid: spec.egress: Forbidden: the simulator knows no rules'],
    [
      { policyTypes: ["Sideways"] },
      'NetworkPolicy.networking.k8s.io "cut" is invalid: spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
    ],
  ])("that says %j is refused", async (spec, message) => {
    const { code, json } = await apply({ podSelector: {}, ...spec });
    expect([code, json]).toMatchObject([422, { message }]);
  });
});
