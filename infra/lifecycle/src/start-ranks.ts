import { isKuberaError } from "@kubera-e2e/schema/kubera-error";

/** Where a workload stands in the order in which a release starts. */
export interface StartRanks {
  /** Waves are counted from 1; unknown workloads come last. */
  readonly waveOf: (workload: string) => number;
  /** "starts in wave 2 of 4 of release 1.12.0"; empty for what no profile knows. */
  readonly describe: (workload: string) => string;
}

const UNKNOWN: StartRanks = { waveOf: () => Infinity, describe: () => "" };

/** The start order of the release that a state is of: `director@1.12.0`; of a state or a release without a profile nothing is known. */
export const startRanks = async (state: string): Promise<StartRanks> => {
  const [, release] = state.split("@");
  if (release === undefined) return UNKNOWN;
  const { loadRelease, startOrder } = await import("@kubera-e2e/director");
  try {
    const waves = startOrder(loadRelease(release));
    const known = new Map(waves.flatMap((names, index) => names.map((name) => [name, index + 1] as const)));
    const describe = (name: string): string =>
      known.has(name) ? `starts in wave ${known.get(name)} of ${waves.length} of release ${release}` : "";
    return { waveOf: (name) => known.get(name) ?? Infinity, describe };
  } catch (error) {
    // A bed may hold a build of which there is no profile yet.
    if (isKuberaError(error) && error.code === "RELEASE_UNKNOWN") return UNKNOWN;
    throw error;
  }
};
