import { isDeepStrictEqual } from "node:util";
import { expect, notYet, plan, probes, reached, test, waitUntil, type Bed } from "@kubera-e2e/fixtures";

interface Question {
  readonly workload: { readonly kind: "Deployment" | "StatefulSet"; readonly namespace: string; readonly name: string };
  readonly command: readonly [string, ...string[]];
  /** What a line of the answer tells; undefined for lines around it. */
  readonly read: (line: string) => string | undefined;
}

/** Waits until a command that ends well says the same in every pod, since a server may need a while after its pod is Ready. */
const saidInEach = (bed: Bed, { workload, command, read }: Question, wanted: readonly string[]): Promise<true> =>
  waitUntil({
    what: `${command.join(" ")} in each pod of ${workload.name} says ${wanted.join(" and ")}`,
    deadlineMs: bed.intervals.directorReady,
    intervalMs: bed.intervals.poll,
    probe: async () => {
      const ends = await bed.server.runIn(workload, command);
      const odd = ends.find(({ exitCode, stdout }) => exitCode !== 0 || !isDeepStrictEqual(rowsOf(stdout, read), wanted));
      return odd === undefined ? reached(true as const) : notYet(`one ended with ${odd.exitCode}: ${odd.stdout}${odd.stderr}`);
    },
  });

const rowsOf = (stdout: string, read: Question["read"]): readonly string[] =>
  stdout
    .split("\n")
    .flatMap((line) => read(line) ?? [])
    .toSorted();

/** The one pod that stands behind each of these, by its address, once the workload is ready. */
const addressOf = async (bed: Bed, { workload }: Question): Promise<string> => {
  await bed.server.until(probes.workloadReady(workload));
  const pods = await bed.server.podsOf(workload);
  expect(pods.map(({ status }) => `${status?.phase} at ${status?.podIP}`)).toEqual([expect.stringMatching(/^Running at [\da-f.:]+$/)]);
  return pods[0]?.status?.podIP ?? "";
};

test(
  "every member of the Cassandra ring is up and normal",
  plan("TCID-DIR-HEALTH-CASSANDRA", { day: 0, priority: 1, assumption: "A-CASSANDRA-RING" }),
  async ({ bed }) => {
    const ring: Question = {
      workload: { kind: "StatefulSet", namespace: bed.directorNamespace, name: "cassandra" },
      command: ["nodetool", "status"],
      read: (line) => /^([UD][NLJM] +\S+)/.exec(line)?.[1]?.replace(/ +/, " "),
    };
    const address = await addressOf(bed, ring);
    await saidInEach(bed, ring, [`UN ${address}`]);
  },
);

test(
  "every member of Consul is alive",
  plan("TCID-DIR-HEALTH-CONSUL", { day: 0, priority: 1, assumption: "A-CONSUL-MEMBERS" }),
  async ({ bed }) => {
    const members: Question = {
      workload: { kind: "Deployment", namespace: bed.directorNamespace, name: "consul" },
      command: ["consul", "members"],
      read: (line) => /^\S+ +(\S+:\d+ +\S+)/.exec(line)?.[1]?.replace(/ +/, " "),
    };
    const address = await addressOf(bed, members);
    await saidInEach(bed, members, [`${address}:8301 alive`]);
  },
);

test(
  "PostgreSQL takes connections, and has the database of Cortex' settings",
  plan("TCID-DIR-HEALTH-CONFIGS-DB", { day: 0, priority: 1, assumption: "A-CONFIGS-DB" }),
  async ({ bed }) => {
    const workload = { kind: "Deployment", namespace: bed.directorNamespace, name: "configs-db" } as const;
    const isReady: Question = { workload, command: ["pg_isready"], read: (line) => / - (.+)$/.exec(line)?.[1] };
    await addressOf(bed, isReady);
    await saidInEach(bed, isReady, ["accepting connections"]);
    const list = ["psql", "--username=postgres", "--list", "--tuples-only", "--no-align"] as const;
    const databases: Question = { workload, command: list, read: (line) => /^(configs)\|/.exec(line)?.[1] };
    await saidInEach(bed, databases, ["configs"]);
  },
);
