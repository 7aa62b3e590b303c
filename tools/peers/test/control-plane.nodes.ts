import { describe, expect, test } from "vitest";
import { awaitServed } from "../src/cluster/await-served.ts";
import { askCluster } from "../src/cluster/cluster-api.ts";
import { NODES } from "../src/cluster/plan.ts";
import { endAll, pidsOfProgram } from "../src/cluster/processes.ts";

describe("the control plane of the real cluster is started again when it has ended", () => {
  test.each([["etcd"], ["kube-apiserver"]])("%s", async (program) => {
    const node = NODES.find(({ plane }) => plane === "control");
    if (node === undefined) throw new Error("no node bears the control plane");
    await endAll(program, () => pidsOfProgram(node, program));
    await awaitServed(node);
    expect(await askCluster("/readyz")).toBe("ok");
    expect(await pidsOfProgram(node, program)).toHaveLength(1);
  });
});
