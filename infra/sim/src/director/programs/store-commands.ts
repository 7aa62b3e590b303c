import { isDeepStrictEqual } from "node:util";
import { isEnded } from "../../kubernetes/controllers/pods.ts";
import type { CommandEnd, Commands, ProgramContext } from "../../kubernetes/program.ts";
import type { Pod } from "../../kubernetes/workload-objects.ts";

/** Labels by which the pods of one workload differ. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  "pod-template-hash",
  "controller-revision-hash",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
]);

/** The pod in which a command is run, and its cluster. */
type Place = Pick<ProgramContext, "store" | "pod">;

const commonLabels = ({ metadata }: Place["pod"]): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([name]) => !OWN_LABELS.has(name)));

/** The pods of the workload, by name. */
const siblings = ({ store, pod }: Place): readonly Pod[] =>
  (store.list(store.resource("Pod"), pod.metadata.namespace) as unknown as readonly Pod[])
    .filter((one) => !isEnded(one) && isDeepStrictEqual(commonLabels(one), commonLabels(pod)))
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));

/** Lines of columns as wide as what stands in them. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_head, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
};

type IsUp = (pod: Place["pod"]) => boolean;

/** Answers exactly these arguments, and nothing else. */
const only =
  (words: readonly string[], answer: () => CommandEnd) =>
  (args: readonly string[]): CommandEnd | undefined =>
    isDeepStrictEqual(args, words) ? answer() : undefined;

const NO_JMX = "nodetool: Failed to connect to '127.0.0.1:7199' - ConnectException: 'Connection refused (Connection refused)'.\n";

/** The ring as one member sees it: what is up is normal, for nobody joins slowly or leaves. Load and tokens are not simulated. */
export const nodetool = (isUp: IsUp, context: Place): Commands => ({
  nodetool: only(["status"], () => {
    if (!isUp(context.pod)) return { exitCode: 1, stderr: NO_JMX };
    const rows = siblings(context).map((pod) => [
      isUp(pod) ? "UN" : "DN",
      pod.status?.podIP ?? "?",
      "?",
      "?",
      "?",
      pod.metadata.uid,
      "rack1",
    ]);
    const heads = ["--", "Address", "Load", "Tokens", "Owns", "Host ID", "Rack"];
    const legend = "Status=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n";
    return { exitCode: 0, stdout: `Datacenter: datacenter1\n=======================\n${legend}${table([heads, ...rows])}` };
  }),
});

/** Its members as one of them sees them. */
export const consulCommands = (isUp: IsUp, context: Place): Commands => ({
  consul: only(["members"], () => {
    if (!isUp(context.pod))
      return { exitCode: 1, stderr: "Error connecting to Consul agent: dial tcp 127.0.0.1:8400: connection refused\n" };
    const rows = siblings(context).map((pod) => [
      pod.metadata.name,
      `${pod.status?.podIP ?? "?"}:8301`,
      isUp(pod) ? "alive" : "failed",
      "server",
      "0.7.1",
      "2",
      "dc1",
    ]);
    return { exitCode: 0, stdout: table([["Node", "Address", "Status", "Type", "Build", "Protocol", "DC"], ...rows]) };
  }),
});

const POSTGRES_SOCKET = "/var/run/postgresql:5432";
const LIST = ["--username=postgres", "--list", "--tuples-only", "--no-align"];
const DATABASES = ["configs", "postgres", "template0", "template1"];

/** PostgreSQL behind the part configs. */
export const postgresCommands = (isReady: () => boolean): Commands => ({
  pg_isready: only([], () =>
    isReady()
      ? { exitCode: 0, stdout: `${POSTGRES_SOCKET} - accepting connections\n` }
      : { exitCode: 2, stdout: `${POSTGRES_SOCKET} - no response\n` },
  ),
  psql: only(LIST, () =>
    isReady()
      ? { exitCode: 0, stdout: DATABASES.map((name) => `${name}|postgres|UTF8|en_US.utf8|en_US.utf8|\n`).join("") }
      : { exitCode: 2, stderr: "psql: could not connect to server: No such file or directory\n" },
  ),
});

/** What MySQL's readiness probe runs. */
export const mysqladmin = (isReady: () => boolean): Commands => ({
  mysqladmin: only(["ping"], () =>
    isReady()
      ? { exitCode: 0, stdout: "mysqld is alive\n" }
      : { exitCode: 1, stderr: "mysqladmin: connect to server at 'localhost' failed\n" },
  ),
});
