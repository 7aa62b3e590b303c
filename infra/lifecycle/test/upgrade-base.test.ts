import { expect, test } from "vitest";
import type { DirectorClient } from "@kubera-e2e/director";
import type { BedClients } from "../src/bed-context.ts";
import { upgradeBase } from "../src/upgrade-base.ts";

/** A bed whose Director upgrades from these versions. */
const bedOf = (supportedBaseVersions: readonly string[] | undefined): BedClients => {
  const matrix = supportedBaseVersions && { supportedBaseVersions, targetVersion: "2.1.0-ee" };
  const director = {
    url: "http://director.lab",
    projectGroup: () => Promise.resolve({}),
    upgradeMatrix: () => Promise.resolve(matrix),
    close: () => {},
  };
  return { director: () => Promise.resolve(director as unknown as DirectorClient) } as BedClients;
};

test("is the newest of the versions from which Director upgrades", async () => {
  await expect(upgradeBase(bedOf(["1.12.0-ee", "2.0.0-ee"]))).resolves.toBe("2.0.0-ee");
});

test.each([[undefined], [[]]])("is told to be missing where the matrix is %j", async (versions) => {
  await expect(upgradeBase(bedOf(versions))).rejects.toMatchObject({
    code: "SET_MISSING",
    what: "the state openebs-base cannot be made, for Director upgrades OpenEBS from no version",
    where: "upgradematrixes of http://director.lab",
    because: "the state holds the newest version from which it does",
    fix: "Run cases of upgrades on a release that has an upgrade matrix.",
  });
});
