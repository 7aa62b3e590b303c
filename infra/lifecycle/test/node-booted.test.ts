import { describe, expect, test } from "vitest";
import { nodeBooted } from "../src/node-booted.ts";

const AT = Date.UTC(2026, 0, 1, 10);
const BEFORE = { ofSet: undefined, beforeRestore: "boot-1", poweredOnAtMs: AT, skewMs: 1000 };

const node = (bootID: string | undefined, ready: object | undefined) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1" },
  status: {
    ...(ready !== undefined && { conditions: [{ type: "Ready", status: "True", ...ready }] }),
    nodeInfo: { ...(bootID !== undefined && { bootID }) },
  },
});

const heartbeat = (offMs: number): object => ({ lastHeartbeatTime: new Date(AT + offMs).toISOString() });

describe("nodeBooted", () => {
  test.each([
    ["a new bootID, Ready, heard of since the power-on", node("boot-2", heartbeat(30_000)), BEFORE],
    ["a heartbeat of the same second", node("boot-2", heartbeat(-900)), BEFORE],
    ["a bootID that is not the set's, whatever its heartbeat", node("boot-2", {}), { ...BEFORE, ofSet: "boot-0" }],
  ])("is reached with %s", (_case, seen, before) => {
    expect(nodeBooted(seen, before)).toEqual({ done: true, value: "boot-2" });
  });

  test.each([
    ["no node", undefined, BEFORE, "the API has no such node"],
    ["no bootID", node(undefined, {}), BEFORE, "it has told no bootID"],
    ["the bootID of the snapshot", node("boot-0", {}), { ...BEFORE, ofSet: "boot-0" }, "its bootID boot-0 is still that of the snapshot"],
    ["the bootID of before", node("boot-1", heartbeat(9000)), BEFORE, "its bootID boot-1 is still that of before the restore"],
    ["what etcd remembers", node("boot-2", heartbeat(-60_000)), BEFORE, "its kubelet has not reported since the power-on"],
    ["no heartbeat", node("boot-2", {}), BEFORE, "its kubelet has not reported since the power-on"],
    [
      "a kubelet without network",
      node("boot-2", { ...heartbeat(1000), status: "False", reason: "KubeletNotReady", message: "cni" }),
      BEFORE,
      "Ready is False: KubeletNotReady: cni",
    ],
    ["no condition", node("boot-2", undefined), { ...BEFORE, ofSet: "boot-0" }, "Ready is unknown: no reason: no message"],
  ])("is not reached with %s", (...[_case, seen, before, because]) => {
    expect(nodeBooted(seen, before)).toEqual({ done: false, because });
  });
});
