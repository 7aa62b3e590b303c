import {
  capacitySchema,
  collectionOf,
  deviceRecommendationSchema,
  poolInstanceSchema,
  poolOperationSchema,
  recommendationSchema,
  storagePoolSchema,
  type DeviceRecommendation,
  type PoolInstance,
  type PoolOperation,
  type StoragePool,
} from "./contract.ts";
import type { DirectorDoor } from "./director-door.ts";

export interface RaidGroup {
  readonly raidType: "stripe" | "mirror" | "raidz" | "raidz2";
  readonly groupDeviceCount: number;
}

export interface CapacityQuestion {
  readonly clusterId: string;
  readonly raidGroupConfig: RaidGroup;
}

export interface DeviceQuestion extends CapacityQuestion {
  /** As the capacity recommendation named it; may be empty. */
  readonly deviceGroupName: string;
  /** "1G". */
  readonly poolCapacity: string;
  readonly poolName: string;
}

/** A pool as its cluster object names it, whoever made it. */
export type PoolName = { readonly name: string } & (
  | { readonly kind: "CStorPoolCluster"; readonly version: "v1" }
  | { readonly kind: "StoragePoolClaim"; readonly version: "v1alpha1" }
);

type Call = { readonly signal?: AbortSignal | undefined };

/** Pool recommendations and cStor pool operations of one group. */
export class PoolClient {
  readonly #door: DirectorDoor;
  readonly #base: string;

  constructor(door: DirectorDoor, base: string) {
    this.#door = door;
    this.#base = base;
  }

  /** The resource whose actions recommend; its id is wanted by both questions. */
  async recommendations({ signal }: Call = {}): Promise<readonly { readonly id: string }[]> {
    const path = `${this.#base}/recommendations`;
    return (await this.#door.call(collectionOf(recommendationSchema), { method: "GET", path, signal })).data;
  }

  /** What capacities the cluster's unclaimed devices allow, by device group; empty when none is eligible. */
  async capacities(
    id: string,
    question: CapacityQuestion,
    { signal }: Call = {},
  ): Promise<readonly { readonly deviceGroupName: string }[]> {
    const request = {
      method: "POST",
      path: this.#recommend(id),
      query: { action: "getcapacityrecommendation" },
      body: question,
      signal,
    } as const;
    return (await this.#door.call(collectionOf(capacitySchema), request)).data;
  }

  /** Which devices a pool would take; an item is handed back untouched to create it. */
  async devices(id: string, question: DeviceQuestion, { signal }: Call = {}): Promise<readonly DeviceRecommendation[]> {
    const request = {
      method: "POST",
      path: this.#recommend(id),
      query: { action: "getdevicerecommendation" },
      body: question,
      signal,
    } as const;
    return (await this.#door.call(collectionOf(deviceRecommendationSchema), request)).data;
  }

  /** Two steps in one: the operation is created and then executed; answers its id. */
  async create(clusterId: string, recommendation: Readonly<Record<string, unknown>>, { signal }: Call = {}): Promise<string> {
    const body = { clusterId, input: JSON.stringify(recommendation), kind: "CreateCStorPoolCluster" };
    const path = `${this.#base}/cstorpooloperations`;
    const { id } = await this.#door.call(poolOperationSchema, { method: "POST", path, body, signal });
    const execute = { method: "POST", path: `${path}/${encodeURIComponent(id)}/`, query: { action: "execute" }, body: {}, signal } as const;
    await this.#door.call(poolOperationSchema, execute);
    return id;
  }

  /** One step: the operation is under way when it is answered; its id. Error: `DIRECTOR_REFUSED` with 405 while the pool has volumes. */
  async delete(clusterId: string, pool: PoolName, { signal }: Call = {}): Promise<string> {
    const body = { clusterId, input: pool, kind: "DeleteCStorPoolCluster" };
    const path = `${this.#base}/cstorpooloperations`;
    return (await this.#door.call(poolOperationSchema, { method: "POST", path, body, signal })).id;
  }

  operation(id: string, { signal }: Call = {}): Promise<PoolOperation> {
    const path = `${this.#base}/cstorpooloperations/${encodeURIComponent(id)}`;
    return this.#door.call(poolOperationSchema, { method: "GET", path, signal });
  }

  /** The pools of a cluster, one on each of their nodes. */
  async instances(clusterId: string, { signal }: Call = {}): Promise<readonly PoolInstance[]> {
    const path = `${this.#base}/clusters/${encodeURIComponent(clusterId)}/cstorpoolinstances`;
    return (await this.#door.call(collectionOf(poolInstanceSchema), { method: "GET", path, signal })).data;
  }

  /** The pods that serve the pools of a cluster, with their version. */
  async storagePools(clusterId: string, { signal }: Call = {}): Promise<readonly StoragePool[]> {
    const path = `${this.#base}/clusters/${encodeURIComponent(clusterId)}/mayastoragepools`;
    return (await this.#door.call(collectionOf(storagePoolSchema), { method: "GET", path, signal })).data;
  }

  #recommend(id: string): string {
    return `${this.#base}/recommendations/${encodeURIComponent(id)}/`;
  }
}
