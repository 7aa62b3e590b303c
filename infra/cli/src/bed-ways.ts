import { credentialsFor, loadTestBed } from "@kubera-e2e/lifecycle";
import { openWays, type BedWays } from "@kubera-e2e/lifecycle/access";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { settingsFor } from "./bed-session.ts";

/** A bed of which only the ways are open: no secret but a proxy's is needed. */
export interface BedOnTheWay {
  readonly bed: TestBed;
  readonly settings: Settings;
  readonly ways: BedWays;
}

/** Opens the ways of a bed for one command and closes them behind. Errors: those of `loadTestBed`, `SIM_NOT_RUNNING`. */
export const withWays = async <T>(name: string, work: (opened: BedOnTheWay) => Promise<T>): Promise<T> => {
  const settings = settingsFor(name);
  const bed = loadTestBed(name, settings);
  const ways = openWays(bed, { redactor: new Redactor(), secret: (secret) => credentialsFor(bed, secret, settings) });
  try {
    return await work({ bed, settings, ways });
  } finally {
    await ways.close();
  }
};
