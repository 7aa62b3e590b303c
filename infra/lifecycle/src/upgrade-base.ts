import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedClients } from "./bed-context.ts";
import { asAdministrator } from "./connect-member.ts";

/**
 * The newest version of OpenEBS from which the bed's Director upgrades.
 *
 * Error: `SET_MISSING` when it upgrades from none, so that the state openebs-base cannot be made.
 */
export const upgradeBase = (context: BedClients): Promise<string> =>
  asAdministrator(context, async (_group, director) => {
    const base = (await director.upgradeMatrix())?.supportedBaseVersions.at(-1);
    if (base !== undefined) return base;
    throw new KuberaError("SET_MISSING", {
      what: "the state openebs-base cannot be made, for Director upgrades OpenEBS from no version",
      where: `upgradematrixes of ${director.url}`,
      because: "the state holds the newest version from which it does",
      fix: "Run cases of upgrades on a release that has an upgrade matrix.",
    });
  });
