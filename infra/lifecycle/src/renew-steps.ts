import type { RenewStep } from "@kubera-e2e/schema/bed-renew";
import type { BedCluster, BedVm, TestBed } from "@kubera-e2e/schema/test-bed";

/** A command of this computer, started without a shell. */
export interface LocalCommand {
  readonly argv: readonly string[];
  /** Added to the least of this process's environment: `childEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs a command until it ends with 0; rejects with what it said last otherwise. Cancelled, it ends and only then rejects. */
export type RunCommand = (command: LocalCommand) => Promise<void>;

/** One command of a renewal, with what it is about. */
export interface RenewCommand extends Omit<LocalCommand, "signal"> {
  readonly name: string;
  /** `cluster`, `cluster/node`, or the bed. */
  readonly subject: string;
  readonly timeoutMs: number;
  readonly retryUntilMs: number;
}

interface Subject {
  readonly name: string;
  readonly cluster: BedCluster | undefined;
  readonly vm: BedVm | undefined;
}

const nodesOf = (bed: TestBed, plane: BedVm["plane"] | undefined): Subject[] =>
  bed.clusters.flatMap((cluster) =>
    cluster.vms
      .filter((vm) => plane === undefined || vm.plane === plane)
      .map((vm) => ({ name: `${cluster.name}/${vm.node}`, cluster, vm })),
  );

const subjectsOf = (bed: TestBed, each: RenewStep["each"]): Subject[] => {
  if (each === "bed") return [{ name: bed.name, cluster: undefined, vm: undefined }];
  if (each === "cluster") return bed.clusters.map((cluster) => ({ name: cluster.name, cluster, vm: undefined }));
  return nodesOf(bed, each === "node" ? undefined : each);
};

const nodeNames = (clusters: readonly BedCluster[], plane: BedVm["plane"]): string =>
  clusters.flatMap(({ vms }) => vms.filter((vm) => vm.plane === plane).map(({ node }) => node)).join(" ");

/** Without the prefix of our settings: a step may well be a command of ours. */
const environmentOf = (bed: TestBed, { cluster, vm }: Subject): Record<string, string> => {
  const clusters = cluster === undefined ? bed.clusters : [cluster];
  return {
    BED: bed.name,
    BED_CONTROL_NODES: nodeNames(clusters, "control"),
    BED_WORKER_NODES: nodeNames(clusters, "worker"),
    KUBECONFIG: clusters.map(({ kubeconfig }) => kubeconfig).join(":"),
    ...(cluster !== undefined && { BED_CLUSTER: cluster.name }),
    ...(vm !== undefined && { BED_NODE: vm.node, BED_VM: vm.name }),
  };
};

const fill = (text: string, { cluster, vm }: Subject): string => {
  const values: Readonly<Record<string, string | undefined>> = {
    "{node}": vm?.node,
    "{vm}": vm?.name,
    "{cluster}": cluster?.name,
    "{kubeconfig}": cluster?.kubeconfig,
  };
  return text.replaceAll(/\{[a-z]+\}/g, (word) => values[word] ?? word);
};

/** Every command of a bed's declared renewal, in order; pure. */
export const renewCommands = (bed: TestBed): RenewCommand[] =>
  (bed.renew?.steps ?? []).flatMap((step) =>
    subjectsOf(bed, step.each).map((subject) => ({
      name: step.name,
      subject: subject.name,
      argv: step.argv.map((word) => fill(word, subject)),
      environment: environmentOf(bed, subject),
      timeoutMs: step.timeout,
      retryUntilMs: step.retryUntil,
    })),
  );
