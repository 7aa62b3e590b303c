import { readFileSync } from "node:fs";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { buildCluster } from "./binaries.ts";
import { askCluster } from "./cluster-api.ts";
import { controlPlane } from "./control-plane.ts";
import type { PeerNode } from "./plan.ts";
import { logOf, programsOff, startOnNode, type Program } from "./processes.ts";

const SERVE_LIMIT_MS = 60_000;
/** A program is not seen under its name at once. */
const YOUNG_MS = 5000;

/** Starts what has ended and is not young, as a kubelet does with static pods; answers the names. */
const reviver = (node: PeerNode, programs: readonly Program[]): (() => Promise<string[]>) => {
  const startedMs = new Map(programs.map(({ name }) => [name, performance.now()]));
  return async () => {
    const off = await programsOff(
      node,
      programs.map(({ name }) => name),
    );
    const ended = programs.filter(({ name }) => off.includes(name) && performance.now() - (startedMs.get(name) ?? 0) >= YOUNG_MS);
    for (const program of ended) {
      startOnNode(node, program);
      startedMs.set(program.name, performance.now());
    }
    return ended.map(({ name }) => name);
  };
};

const lastLine = (path: string): string => {
  try {
    return readFileSync(path, "utf8").trim().split("\n").at(-1)?.slice(0, 400) ?? "";
  } catch (error) {
    return String(error);
  }
};

/** Waits until the API server of the node is ready; what of its control plane ends meanwhile is started again. Error: `WAIT_DEADLINE`. */
export const awaitServed = async (node: PeerNode): Promise<undefined> => {
  const programs = controlPlane(await buildCluster(() => {}), node);
  const revive = reviver(node, programs);
  return waitUntil({
    what: "the API server of the peers serves",
    deadlineMs: SERVE_LIMIT_MS,
    intervalMs: 200,
    probe: () =>
      askCluster("/readyz").then(
        () => reached(undefined),
        async (error: unknown) => {
          const revived = await revive();
          return notYet(
            revived.length === 0 ? String(error) : `${revived.join(", ")} had ended, and is started again; before that ${String(error)}`,
          );
        },
      ),
    explain: async () => programs.map(({ name }) => `the last that ${name} said: ${lastLine(logOf(node, name))}`).join("\n"),
  });
};
