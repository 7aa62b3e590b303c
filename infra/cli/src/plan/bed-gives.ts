import { knownReleases } from "@kubera-e2e/director";
import type { PlanNeed } from "@kubera-e2e/schema/plan-needs";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

const LEAST_WORKERS = 3;

const hasManyWorkers = ({ clusters }: TestBed): boolean =>
  clusters.some(({ vms }) => vms.filter(({ plane }) => plane === "worker").length >= LEAST_WORKERS);

/** Profiles come oldest first; a build without one has nothing before it. */
const hasPriorVersion = (build: string): boolean => knownReleases().indexOf(build) > 0;

/** What a bed gives to cases that need it: what its file shows, what it declares under `provides`, and a browser when KUBERA_GUI asks for one. */
export const bedGives = (bed: TestBed, settings: Pick<Settings, "KUBERA_BUILD" | "KUBERA_GUI">): ReadonlySet<PlanNeed> => {
  const hasMachines = bed.machines.driver !== "none";
  const seen: readonly [PlanNeed, boolean][] = [
    ["second-cluster", bed.clusters.some(({ role }) => role === "member")],
    ["multi-node", hasManyWorkers(bed)],
    ["node-access", hasMachines],
    ["exclusive", hasMachines],
    ["vm-lab", hasMachines && bed.target === "real"],
    ["registry", true],
    ["prior-version", hasPriorVersion(settings.KUBERA_BUILD)],
    ["browser", settings.KUBERA_GUI],
  ];
  return new Set([...seen.flatMap(([need, isThere]) => (isThere ? [need] : [])), ...(bed.provides ?? [])]);
};
