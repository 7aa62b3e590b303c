import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { describe, expect, test } from "vitest";
import { FactIndex } from "../src/facts.ts";
import type { Rule } from "../src/rule.ts";
import { controlplaneUnschedulable } from "../src/rules/controlplane-unschedulable.ts";
import { nodeDiskPressure } from "../src/rules/node-disk-pressure.ts";
import { nodeKubeletDown } from "../src/rules/node-kubelet-down.ts";
import { productCrash } from "../src/rules/product-crash.ts";
import { productNotReady } from "../src/rules/product-not-ready.ts";
import { registryImageMissing } from "../src/rules/registry-image-missing.ts";
import { registryRateLimited } from "../src/rules/registry-rate-limited.ts";
import { registryUnavailable } from "../src/rules/registry-unavailable.ts";
import { at, disk, event, node, ofRun, pod, READY } from "./facts-of.ts";

interface Row {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Scopes of the findings, as `cluster node`, image, host or pod; empty when the rule must stay silent. */
  readonly found: readonly string[];
}

const maya = { namespace: "kubera", kind: "Pod", name: "maya-io-server-5b8f9d7c66-x2k4q" };
const TAINTED = "0/4 nodes are available: 4 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.";
const EVICTED = "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 6Gi.";
const pullFailure = (text: string, image = "reg.lab:5000/mayadata/maya-ui:9"): Record<string, string> => ({
  reason: "Failed",
  message: `Failed to pull image "${image}": rpc error: code = Unknown desc = ${text}`,
});
const pulled = (image: string): Record<string, string> => ({
  type: "Normal",
  reason: "Pulled",
  message: `Successfully pulled image "${image}" in 3.2s`,
});
const DIGEST_404 = "unexpected end of blob sha256:9f404b5002a1: read interrupted";
const crash = (
  exitCode: number,
  second: number,
  more: Record<string, string | number | boolean> = {},
): Record<string, string | number | boolean> => ({
  phase: "Running",
  ready: false,
  container: "server",
  restartCount: 4,
  "waiting.reason": "CrashLoopBackOff",
  "lastState.terminated.exitCode": exitCode,
  "lastState.terminated.finishedAt": at(second),
  ...more,
});

const rows: Readonly<Record<string, { readonly rule: Rule; readonly rows: readonly Row[] }>> = {
  "node.disk-pressure": {
    rule: nodeDiskPressure,
    rows: [
      { title: "fires on a node's file system below 10 % free", facts: [node(60, "s-w1", disk(0.099, 0.5))], found: ["server s-w1"] },
      { title: "stays silent at 10 % free", facts: [node(60, "s-w1", disk(0.1, 0.5))], found: [] },
      { title: "fires on an image file system below 15 % free", facts: [node(60, "s-w1", disk(0.5, 0.149))], found: ["server s-w1"] },
      { title: "stays silent at 15 % free of the image file system", facts: [node(60, "s-w1", disk(0.5, 0.15))], found: [] },
      { title: "fires on the condition alone", facts: [node(60, "s-w1", { "DiskPressure.status": "True" })], found: ["server s-w1"] },
      {
        title: "takes a condition that lingers after recovery for none",
        facts: [node(60, "s-w1", { "DiskPressure.status": "True", "DiskPressure.lastTransitionTime": at(-900), ...disk(0.5, 0.5) })],
        found: [],
      },
      {
        title: "takes a condition that turned after the last healthy look for real",
        facts: [
          node(10, "s-w1", disk(0.5, 0.5)),
          node(60, "s-w1", { "DiskPressure.status": "True", "DiskPressure.lastTransitionTime": at(30) }),
        ],
        found: ["server s-w1"],
      },
      {
        title: "fires on FreeDiskSpaceFailed",
        facts: [event(5, { kind: "Node", name: "s-w1" }, { reason: "FreeDiskSpaceFailed" })],
        found: ["server s-w1"],
      },
      {
        title: "fires on NodeHasDiskPressure although its type is Normal",
        facts: [event(5, { kind: "Node", name: "s-w1" }, { type: "Normal", reason: "NodeHasDiskPressure" })],
        found: ["server s-w1"],
      },
      {
        title: "stays silent on ImageGCFailed alone",
        facts: [event(5, { kind: "Node", name: "s-w1" }, { reason: "ImageGCFailed" })],
        found: [],
      },
      {
        title: "fires on a pod evicted for disk",
        facts: [pod(5, { name: "p", node: "s-w1" }, { phase: "Failed", reason: "Evicted", message: EVICTED })],
        found: ["server s-w1"],
      },
      {
        title: "leaves a pod evicted for memory to another rule",
        facts: [
          pod(5, { name: "p", node: "s-w1" }, { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." }),
        ],
        found: [],
      },
      {
        title: "names the cluster when only the scheduler speaks",
        facts: [event(5, maya, { reason: "FailedScheduling", message: TAINTED })],
        found: ["server"],
      },
      {
        title: "fires on a pull that finds no space, on the node of the event's source",
        facts: [event(5, maya, { ...pullFailure("write /var/lib: no space left on device"), "source.host": "s-w1" })],
        found: ["server s-w1"],
      },
      {
        title: "takes a full volume on a healthy node for another trouble",
        facts: [
          node(4, "s-w1", disk(0.5, 0.5)),
          event(5, { ...maya, node: "s-w1" }, { reason: "Failed", message: "no space left on device" }),
        ],
        found: [],
      },
      { title: "stays silent without a fact", facts: [], found: [] },
    ],
  },
  "node.kubelet-down": {
    rule: nodeKubeletDown,
    rows: [
      {
        title: "fires on Ready Unknown",
        facts: [node(60, "s-w1", { "Ready.status": "Unknown", "Ready.reason": "NodeStatusUnknown" })],
        found: ["server s-w1"],
      },
      {
        title: "stays silent on Ready False, where the kubelet speaks",
        facts: [node(60, "s-w1", { "Ready.status": "False", "Ready.reason": "KubeletNotReady" })],
        found: [],
      },
      {
        title: "leaves a VM that is off to the hypervisor",
        facts: [
          node(60, "s-w1", { "Ready.status": "Unknown", "Ready.reason": "NodeStatusUnknown" }),
          { kind: "machine", at: at(50), scope: { vm: "vm-1", node: "s-w1" }, data: { powerState: "poweredOff" } },
        ],
        found: [],
      },
      { title: "stays silent when nobody looked at a node", facts: [pod(5, "p", { phase: "Running", ready: true })], found: [] },
    ],
  },
  "registry.image-missing": {
    rule: registryImageMissing,
    rows: [
      {
        title: "fires on manifest unknown",
        facts: [event(5, maya, pullFailure("manifest unknown"))],
        found: ["reg.lab:5000/mayadata/maya-ui:9"],
      },
      {
        title: "fires on the pod's own waiting message",
        facts: [
          pod(5, "p", {
            image: "reg.lab:5000/a:1",
            "waiting.reason": "ImagePullBackOff",
            "waiting.message": "reg.lab:5000/a:1: not found",
          }),
        ],
        found: ["reg.lab:5000/a:1"],
      },
      {
        title: "leaves a refused pull to the credentials",
        facts: [event(5, maya, pullFailure("pull access denied, repository: not found or no access"))],
        found: [],
      },
      { title: "is not misled by digits of a digest", facts: [event(5, maya, pullFailure(DIGEST_404))], found: [] },
      {
        title: "is silent once the image was pulled",
        facts: [event(5, maya, pullFailure("manifest unknown")), event(60, maya, pulled("reg.lab:5000/mayadata/maya-ui:9"))],
        found: [],
      },
      {
        title: "stays silent without a reason",
        facts: [event(5, maya, { reason: "Failed", message: "Error: ImagePullBackOff" })],
        found: [],
      },
    ],
  },
  "registry.unavailable": {
    rule: registryUnavailable,
    rows: [
      {
        title: "fires on a refused connection",
        facts: [event(5, maya, pullFailure("dial tcp 10.0.0.9:5000: connect: connection refused"))],
        found: ["reg.lab:5000"],
      },
      {
        title: "fires on a status of 503",
        facts: [event(5, maya, pullFailure("unexpected status from HEAD request: 503 Service Unavailable"))],
        found: ["reg.lab:5000"],
      },
      { title: "is not misled by digits of a digest", facts: [event(5, maya, pullFailure("blob sha256:50050012 is damaged"))], found: [] },
      {
        title: "is silent when two registries fail together: that is the network",
        facts: [event(5, maya, pullFailure("i/o timeout")), event(6, maya, pullFailure("i/o timeout", "quay.io/x/y:1"))],
        found: [],
      },
      {
        title: "is silent when the same registry served another pull meanwhile",
        facts: [event(5, maya, pullFailure("i/o timeout")), event(5, maya, pulled("reg.lab:5000/mayadata/maya-io:9"))],
        found: [],
      },
      { title: "stays silent without a fact", facts: [], found: [] },
    ],
  },
  "registry.rate-limited": {
    rule: registryRateLimited,
    rows: [
      {
        title: "fires on 429",
        facts: [event(5, maya, pullFailure("unexpected status from HEAD request: 429 Too Many Requests"))],
        found: ["reg.lab:5000"],
      },
      {
        title: "fires on Docker Hub's words",
        facts: [event(5, maya, pullFailure("toomanyrequests: You have reached your pull rate limit"))],
        found: ["reg.lab:5000"],
      },
      { title: "is not misled by digits of a digest", facts: [event(5, maya, pullFailure("blob sha256:4290a429 is damaged"))], found: [] },
      { title: "leaves the kubelet's own limit alone", facts: [event(5, maya, pullFailure("pull QPS exceeded"))], found: [] },
    ],
  },
  "controlplane.unschedulable": {
    rule: controlplaneUnschedulable,
    rows: [
      {
        title: "fires on missing CPU",
        facts: [event(5, maya, { reason: "FailedScheduling", message: "0/4 nodes are available: 4 Insufficient cpu." })],
        found: ["server"],
      },
      { title: "leaves a full disk to its own rule", facts: [event(5, maya, { reason: "FailedScheduling", message: TAINTED })], found: [] },
      {
        title: "is silent once the pod found a node",
        facts: [
          event(5, maya, { reason: "FailedScheduling", message: "0/4 nodes are available: 4 Insufficient cpu." }),
          event(9, maya, { type: "Normal", reason: "Scheduled" }),
        ],
        found: [],
      },
      { title: "stays silent on a pod that is merely pending", facts: [pod(5, "p", { phase: "Pending" })], found: [] },
    ],
  },
  "product.crash": {
    rule: productCrash,
    rows: [
      { title: "fires on exit code 2 within the run", facts: [pod(60, maya.name, crash(2, 50))], found: [`kubera/${maya.name}`] },
      {
        title: "ignores what happened before the run",
        facts: [pod(60, maya.name, crash(2, -1, { "waiting.reason": "ContainerCreating" }))],
        found: [],
      },
      {
        title: "fires on a container that is in back-off now, whenever it last crashed",
        facts: [pod(60, maya.name, crash(2, -1))],
        found: [`kubera/${maya.name}`],
      },
      { title: "leaves 137 to those who killed it", facts: [pod(60, maya.name, crash(137, 50))], found: [] },
      {
        title: "leaves OOMKilled to another rule",
        facts: [pod(60, maya.name, crash(1, 50, { "lastState.terminated.reason": "OOMKilled" }))],
        found: [],
      },
      {
        title: "is silent when the container came back: it was only early",
        facts: [pod(60, maya.name, crash(1, 50)), pod(90, maya.name, { phase: "Running", ready: true, container: "server" })],
        found: [],
      },
      {
        title: "leaves the system's namespaces alone",
        facts: [pod(60, { namespace: "kube-system", name: "coredns-1" }, crash(1, 50))],
        found: [],
      },
      { title: "stays silent without an exit code", facts: [pod(60, maya.name, { phase: "Running", ready: false })], found: [] },
    ],
  },
  "product.not-ready": {
    rule: productNotReady,
    rows: [
      {
        title: "fires on a running pod whose probe fails",
        facts: [
          event(50, maya, { reason: "Unhealthy", message: "Readiness probe failed: HTTP probe failed with statuscode: 500" }),
          pod(60, maya.name, { phase: "Running", ready: false }),
        ],
        found: [`kubera/${maya.name}`],
      },
      {
        title: "is silent when the pod became Ready",
        facts: [
          event(50, maya, { reason: "Unhealthy", message: "Readiness probe failed" }),
          pod(60, maya.name, { phase: "Running", ready: false }),
          pod(70, maya.name, { phase: "Running", ready: true }),
        ],
        found: [],
      },
      {
        title: "stays silent without a probe",
        facts: [event(5, maya, { reason: "Other" }), pod(60, maya.name, { phase: "Running", ready: false })],
        found: [],
      },
    ],
  },
};

const placeOf = ({ cluster, node: name, image, urlHost, namespace, name: object }: Evidence["facts"][number]["scope"]): string =>
  image ?? urlHost ?? (namespace === undefined ? [cluster, name].filter(Boolean).join(" ") : `${namespace}/${object}`);

const runRule = (rule: Rule, facts: readonly Fact[]): ReturnType<Rule["match"]> => {
  const index = new FactIndex([ofRun(...facts)]);
  return rule.needs.every((kind) => index.has(kind)) ? rule.match(index) : [];
};

describe.each(Object.entries(rows))("%s", (id, { rule, rows: cases }) => {
  test.each(cases)("$title", ({ facts, found }) => {
    const findings = runRule(rule, facts);
    expect(findings.map(({ scope }) => placeOf(scope))).toEqual(found);
    for (const finding of findings) {
      expect(finding.cause).toBe(id);
      expect(finding.evidence.length).toBeGreaterThan(0);
      expect(`${finding.summary} ${finding.remedy}`).not.toMatch(/undefined|NaN/);
    }
  });
});

test("names the node, the file system, the use and the size to grow to", () => {
  const [finding] = runRule(nodeDiskPressure, [node(60, "s-w1", { ...disk(0.06, 0.06), ...READY })]);
  expect(finding?.summary).toBe("Node s-w1: its file system is 94 % used, so it evicts pods and takes no new ones.");
  expect(finding?.remedy).toBe(
    "Free space on node s-w1 (`crictl rmi --prune`, old logs, emptyDir volumes) or grow its disk from 100.0 GiB to 156.7 GiB or more; then take the bed's set again.",
  );
});

test("keeps healthy readings after the onset as counter-evidence", () => {
  const facts = [node(10, "s-w1", disk(0.5, 0.5)), node(60, "s-w1", disk(0.05, 0.5)), node(90, "s-w1", disk(0.5, 0.5))];
  const [finding] = runRule(nodeDiskPressure, facts);
  expect(finding).toMatchObject({ lasting: false, fromMs: Date.parse(at(10)), toMs: Date.parse(at(60)) });
  expect(finding?.against.map((fact) => fact.at)).toEqual([at(10), at(90)]);
});
