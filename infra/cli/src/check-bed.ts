import {
  kubeReachable,
  nodeDisk,
  nodesReady,
  registryReachable,
  runChecks,
  vsphereLogin,
  type Check,
  type CheckReport,
} from "@kubera-e2e/checks";
import type { BedContext } from "@kubera-e2e/lifecycle";
import { EXIT, type ExitCode } from "@kubera-e2e/schema/exit-codes";
import { readSettings } from "@kubera-e2e/schema/settings";
import { accessChecks } from "./access-checks.ts";
import { withBed } from "./bed-session.ts";

export interface CheckBedOptions {
  readonly bed?: string;
  readonly only?: string;
  readonly skip?: string;
  readonly json?: boolean;
}

const vmNames = ({ bed }: BedContext): string[] => bed.clusters.flatMap((cluster) => cluster.vms.map((vm) => vm.name));

const hypervisorCheck = (context: BedContext): Check[] => {
  const { machines: declared } = context.bed;
  if (declared.driver !== "esx") return [];
  const login = async (signal: AbortSignal): Promise<void> => {
    await context.machines.inspect(vmNames(context), { signal });
  };
  return [vsphereLogin({ endpoint: declared.endpoint, login })];
};

const clusterChecks = async (context: BedContext): Promise<Check[]> => {
  const perCluster = context.bed.clusters.map(async (cluster) => {
    const kube = await context.kube(cluster.name);
    const nodes = cluster.vms.map((vm) => vm.node);
    const certificateUntil = async (signal: AbortSignal): Promise<string | undefined> =>
      (await context.lookAtServer(cluster.name, signal)).certificatesUntil;
    return [kubeReachable(kube, { certificateUntil }), nodesReady(kube, nodes), nodeDisk(kube, nodes)];
  });
  return (await Promise.all(perCluster)).flat();
};

const MARKS: Readonly<Record<CheckReport["status"], string>> = {
  ok: "ok      ",
  blocks: "BLOCKS  ",
  warns: "warns   ",
  unknown: "unknown ",
};

const linesOf = (report: CheckReport): string[] => [
  `${MARKS[report.status]} ${report.id.padEnd(20)} ${report.title}: ${report.measured}`,
  ...(report.remedy === undefined || report.status === "ok" ? [] : [`         ${"".padEnd(20)} remedy: ${report.remedy}`]),
  ...(report.expiresAt === undefined ? [] : [`         ${"".padEnd(20)} good until ${report.expiresAt}`]),
];

const ids = (text: string | undefined): readonly string[] | undefined => text?.split(",").filter((id) => id !== "");

/**
 * Asks everything at once and prints it; 20 when something would block a run or could not be found out, else 0.
 *
 * Errors: those of opening the bed, `USAGE` for an unknown check.
 */
export const checkBed = (options: CheckBedOptions): Promise<ExitCode> =>
  withBed(
    options.bed ?? readSettings().KUBERA_BED ?? "sim",
    () => {},
    async ({ context }) => {
      const checks = [
        ...(await accessChecks(context)),
        ...hypervisorCheck(context),
        ...(await clusterChecks(context)),
        registryReachable(await context.registry()),
      ];
      const only = ids(options.only);
      const reports = await runChecks(checks, { ...(only && { only }), skip: ids(options.skip) ?? [] });
      console.log(options.json === true ? JSON.stringify(reports, undefined, 2) : reports.flatMap(linesOf).join("\n"));
      return reports.some((report) => report.status === "blocks" || report.status === "unknown") ? EXIT.checksBlocked : EXIT.passed;
    },
  );
