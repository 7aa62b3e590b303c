import { collectionOf, jobSchema, upgradeClaimSchema, type Job } from "./contract.ts";
import type { DirectorDoor } from "./director-door.ts";

/** A pool instance, the pod of a pool, or an application with volumes. */
export interface UpgradeComponent {
  readonly id: string;
  readonly kind?: string;
}

export interface UpgradeClaim {
  readonly clusterId: string;
  readonly kind: "poolUpgrade" | "applicationUpgrade";
  readonly targetVersion: string;
  readonly upgradeComponents: readonly UpgradeComponent[];
}

type Call = { readonly signal?: AbortSignal | undefined };

/** Upgrades of pools and volumes, behind their control plane. */
export class UpgradeClient {
  readonly #door: DirectorDoor;
  readonly #base: string;

  constructor(door: DirectorDoor, base: string) {
    this.#door = door;
    this.#base = base;
  }

  /** Starts the upgrade; the claim's id. Error: `DIRECTOR_REFUSED` with 405 while a pod or replica of it is not running. */
  async claim(claim: UpgradeClaim, { signal }: Call = {}): Promise<string> {
    const path = `${this.#base}/openebsupgradeclaims`;
    return (await this.#door.call(upgradeClaimSchema, { method: "POST", path, body: claim, signal })).id;
  }

  /** The jobs of a claim. */
  async jobs(claimId: string, { signal }: Call = {}): Promise<readonly Job[]> {
    const path = `${this.#base}/openebsupgradeclaims/${encodeURIComponent(claimId)}/openebsupgradejobs`;
    return (await this.#door.call(collectionOf(jobSchema), { method: "GET", path, signal })).data;
  }

  job(id: string, { signal }: Call = {}): Promise<Job> {
    const path = `${this.#base}/openebsupgradejobs/${encodeURIComponent(id)}`;
    return this.#door.call(jobSchema, { method: "GET", path, signal });
  }
}
