import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiStatusError } from "../../src/kubernetes/api-status.ts";
import type { KubeObject } from "../../src/kubernetes/kube-object.ts";
import { ResourceRegistry } from "../../src/kubernetes/resource-registry.ts";
import { fieldSelector } from "../../src/kubernetes/selectors/field-selector.ts";
import { fieldTerms } from "../../src/kubernetes/selectors/field-terms.ts";
import { labelSelector } from "../../src/kubernetes/selectors/label-selector.ts";

const registry = new ResourceRegistry();

const refusal = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ApiStatusError && error.code === 400) return error.message;
    throw error;
  }
  return "none";
};

const object = (kind: string, fields: object): KubeObject =>
  ({ apiVersion: "v1", kind, metadata: { name: "o", namespace: "n" }, ...fields }) as never;

describe("field selectors", () => {
  it.each([
    ["ConfigMap", {}, "metadata.name=o,metadata.namespace!=m", true],
    ["Pod", { spec: { nodeName: "w1" } }, "spec.nodeName=w1", true],
    ["Pod", { spec: { nodeName: "w1" } }, "spec.host=w1", true],
    ["Pod", { spec: {} }, "spec.nodeName=", true],
    [
      "Pod",
      { spec: { schedulerName: "s", serviceAccountName: "a", restartPolicy: "Never" } },
      "spec.schedulerName=s,spec.serviceAccountName=a,spec.restartPolicy!=Always",
      true,
    ],
    ["Pod", { spec: {} }, "spec.hostNetwork=false", true],
    ["Pod", { spec: { hostNetwork: true } }, "spec.hostNetwork=false", false],
    ["Pod", { status: { phase: "Running", podIP: "10.0.0.1" } }, "status.phase==Running,status.podIP=10.0.0.1", true],
    ["Node", { spec: {} }, "spec.unschedulable=false", true],
    ["Node", { spec: { unschedulable: true } }, "spec.unschedulable!=true", false],
    ["Namespace", { status: { phase: "Active" } }, "status.phase=Active", true],
    ["Secret", { type: "Opaque" }, "type=Opaque", true],
    ["Service", { spec: { type: "ClusterIP", clusterIP: "10.96.0.1" } }, "spec.type=ClusterIP,spec.clusterIP=10.96.0.1", true],
    ["Job", { status: {} }, "status.successful=0", true],
    [
      "Event",
      { involvedObject: { kind: "Pod", name: "p" }, reason: "Pulled", type: "Normal" },
      "involvedObject.kind=Pod,involvedObject.name=p,reason=Pulled,type!=Warning",
      true,
    ],
    ["Event", { source: { component: "kubelet" } }, "source=kubelet", true],
    ["Event", { reportingComponent: "kubelet" }, "source=kubelet,reportingComponent=kubelet", true],
  ])("select a %s of %j by %s", (...[kind, fields, text, is]) => {
    expect(fieldSelector(registry.byKind(kind), text)(object(kind, fields))).toBe(is);
  });

  it.each([
    ["Pod", "spec.x=1", "field label not supported: spec.x"],
    ["Node", "metadata.namespace=x", "field label not supported: metadata.namespace"],
    ["ConfigMap", "data.a=1", '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ["ReplicaSet", "status.replicas=1", '"status.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ["Pod", "spec.nodeName", "invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'"],
    ["Pod", String.raw`metadata.name=a\b`, String.raw`invalid field selector: invalid escape sequence: \b`],
    ["Pod", "metadata.name=a=b", "invalid field selector: unescaped character in value: ="],
  ])("refuse a %s by %s", (...[kind, text, message]) => {
    expect(refusal(() => fieldSelector(registry.byKind(kind), text))).toBe(message);
  });

  it("carry any value that is escaped, and never break", () => {
    const value = fc.string({ maxLength: 8, unit: fc.constantFrom("a", ",", "=", "\\", "!", " ") });
    fc.assert(
      fc.property(value, (text) => {
        const escaped = text.replaceAll(/[,=\\]/g, String.raw`\$&`);
        expect(fieldTerms(`a.b=${escaped},c!=1`)).toEqual([
          { path: "a.b", equal: true, value: text },
          { path: "c", equal: false, value: "1" },
        ]);
        expect(() => refusal(() => fieldTerms(text))).not.toThrow();
      }),
    );
  });
});

describe("label selectors", () => {
  const labels = { app: "web", tier: "db", count: "7", "x.io/y": "", in: "a" };

  it.each([
    ["app=web", true],
    ["app==web,tier!=web", true],
    ["app!=web", false],
    ["gone!=x", true],
    ["app in (web, api)", true],
    ["app in(web),tier in (db)", true],
    ["app notin (api,,x)", true],
    ["gone notin (a)", true],
    ["x.io/y in (,a)", true],
    ["x.io/y=", true],
    ["app", true],
    ["!app", false],
    ["! gone , app", true],
    ["count>6,count<8", true],
    ["app>1", false],
    ["in in (a)", true],
    ["app in ()", false],
    [" ", true],
  ])("say of %s: %s", (text, is) => {
    expect(labelSelector(text)(labels)).toBe(is);
  });

  it.each([
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a,", "found '', expected: identifier after ','"],
    [",a", "found ',', expected: !, identifier, or 'end of string'"],
    ["a=b c", "found 'c', expected: ',' or 'end of string'"],
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a in (b", "unable to parse requirement: found '', expected: ',' or ')'"],
    ["a=(", "unable to parse requirement: found '(', expected: identifier"],
    ["!", "unable to parse requirement: found '', expected: identifier"],
    ["a>x", `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
  ])("refuse %s", (text, message) => {
    expect(refusal(() => labelSelector(text))).toBe(message);
  });

  it.each([
    ["-a=b", 'unable to parse requirement: key: Invalid value: "-a": name part must consist of'],
    ["UP/a=b", 'unable to parse requirement: key: Invalid value: "UP/a": prefix part a lowercase RFC 1123 subdomain'],
    ["a=-b", 'unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label must be'],
    [`a=${"x".repeat(64)}`, "must be no more than 63 bytes"],
  ])("refuse what is no label: %s", (text, message) => {
    expect(refusal(() => labelSelector(text))).toContain(message);
  });

  it("never break, and forms that mean the same say the same", () => {
    const noise = fc.string({ maxLength: 12, unit: fc.constantFrom("a", "b", "in", "notin", " ", "=", "!", "(", ")", ",", "<") });
    const word = fc.constantFrom("web", "api", "db");
    fc.assert(
      fc.property(noise, word, word, (text, one, two) => {
        expect(() => refusal(() => labelSelector(text)(labels))).not.toThrow();
        expect(labelSelector(`app in (${one},${two})`)(labels)).toBe(!labelSelector(`app notin (${one},${two})`)(labels));
        expect(labelSelector(`app=${one}`)(labels)).toBe(labelSelector(`app in (${one})`)(labels));
      }),
    );
  });
});
