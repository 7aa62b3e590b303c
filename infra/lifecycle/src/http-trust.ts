import { readFile } from "node:fs/promises";
import type { HttpTrust } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Trust } from "@kubera-e2e/schema/test-bed";

/** The PEM itself when it stands in place of a path. */
const pemOf = async (ca: string): Promise<string> => {
  if (ca.includes("-----BEGIN ")) return ca;
  try {
    return await readFile(ca, "utf8");
  } catch (cause) {
    throw new KuberaError("BED_INVALID", {
      what: "a CA bundle that the bed's file names cannot be read",
      where: ca,
      because: cause instanceof Error ? cause.message : String(cause),
      fix: "Correct trust.ca in the bed's file; relative paths start at that file.",
      cause,
    });
  }
};

/** Trust as the room http takes it. Error: `BED_INVALID` for a bundle that cannot be read. */
export const httpTrust = async (trust: Trust | undefined): Promise<HttpTrust | undefined> => {
  if (trust === undefined) return undefined;
  return "pin" in trust ? { pin: trust.pin } : { ca: await pemOf(trust.ca) };
};
