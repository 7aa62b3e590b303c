import { isDeepStrictEqual } from "node:util";
import { notYet, plan, probes, reached, test, waitUntil, type Bed } from "@kubera-e2e/fixtures";

/** What is told while a pod goes and another comes, and passes. */
const PASSING = new Set<unknown>(["KUBE_REFUSED", "EXEC_FAILED"]);
const isPassing = (error: unknown): boolean => error instanceof Error && "code" in error && PASSING.has(error.code);

interface Question {
  readonly workload: { readonly kind: "Deployment" | "StatefulSet"; readonly namespace: string; readonly name: string };
  readonly command: readonly [string, ...string[]];
  /** What a line of the answer tells; undefined for lines around it. */
  readonly read: (line: string) => string | undefined;
}

const rowsOf = (stdout: string, read: Question["read"]): readonly string[] =>
  stdout
    .split("\n")
    .flatMap((line) => read(line) ?? [])
    .toSorted();

/** How the command ended in each pod; why it was not run where one is just being replaced. */
const endsOf = (bed: Bed, { workload, command }: Question) =>
  bed.server.runIn(workload, command).catch((error: unknown) => {
    if (isPassing(error)) return String(error);
    throw error;
  });

/** Waits until the workload is ready and one pod stands behind it, in which the command ends well and says what is wanted of its address. */
const saidInItsPod = async (bed: Bed, question: Question, wantedOf: (address: string) => readonly string[]): Promise<void> => {
  await bed.server.until(probes.workloadReady(question.workload));
  await waitUntil({
    what: `one pod stands behind ${question.workload.name}, and ${question.command.join(" ")} says there what it should`,
    deadlineMs: bed.intervals.directorReady,
    intervalMs: bed.intervals.poll,
    probe: async () => {
      const pods = await bed.server.podsOf(question.workload);
      const [address = "", ...others] = pods.map(({ status }) => status?.podIP ?? "");
      if (address === "" || others.length > 0)
        return notYet(`${pods.length} pods have the addresses ${[address, ...others].join(" and ")}`);
      const ends = await endsOf(bed, question);
      if (typeof ends === "string") return notYet(ends);
      const odd = ends.find(
        ({ exitCode, stdout }) => exitCode !== 0 || !isDeepStrictEqual(rowsOf(stdout, question.read), wantedOf(address)),
      );
      return odd === undefined ? reached(true as const) : notYet(`it ended with ${odd.exitCode}: ${odd.stdout}${odd.stderr}`);
    },
  });
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
    await saidInItsPod(bed, ring, (address) => [`UN ${address}`]);
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
    await saidInItsPod(bed, members, (address) => [`${address}:8301 alive`]);
  },
);

test(
  "PostgreSQL takes connections, and has the database of Cortex' settings",
  plan("TCID-DIR-HEALTH-CONFIGS-DB", { day: 0, priority: 1, assumption: "A-CONFIGS-DB" }),
  async ({ bed }) => {
    const workload = { kind: "Deployment", namespace: bed.directorNamespace, name: "configs-db" } as const;
    const isReady: Question = { workload, command: ["pg_isready"], read: (line) => / - (.+)$/.exec(line)?.[1] };
    await saidInItsPod(bed, isReady, () => ["accepting connections"]);
    const list = ["psql", "--username=postgres", "--list", "--tuples-only", "--no-align"] as const;
    const databases: Question = { workload, command: list, read: (line) => /^(configs)\|/.exec(line)?.[1] };
    await saidInItsPod(bed, databases, () => ["configs"]);
  },
);
