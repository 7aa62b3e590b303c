import type { Http } from "@kubera-e2e/http";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Limitation } from "../port.ts";

const VCSIM: readonly Limitation[] = [
  {
    step: "snapshotWithoutMemory",
    because: "vcsim keeps the power state at creation as the snapshot's state, whatever the memory flag says",
  },
  { step: "revertPower", because: "vcsim's revert moves the current snapshot only: power, disk and boot of the VM stay as they are" },
];

const isVcsim = (text: string): boolean => {
  try {
    const about = JSON.parse(text) as { methods?: unknown; types?: unknown } | null;
    return Array.isArray(about?.methods) && Array.isArray(about.types);
  } catch {
    return false;
  }
};

/**
 * What the peer cannot do. vcsim gives itself out as a vCenter or ESX of a real build;
 * the list of methods at /about is its alone.
 */
export const probeLimitations = async (http: Http): Promise<readonly Limitation[]> => {
  try {
    const { status, body } = await http.request({ method: "GET", path: "/about", responseType: "text" });
    return status === 200 && isVcsim(body) ? VCSIM : [];
  } catch (error) {
    // A host that hangs up on unknown paths is not vcsim.
    if (isKuberaError(error) && (error.code === "CONNECTION_LOST" || error.code === "RESPONSE_INVALID")) return [];
    throw error;
  }
};
