import { capacitySchema, collectionOf, deviceRecommendationSchema, poolOperationSchema, recommendationSchema } from "./contract.ts";
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
  async devices(id: string, question: DeviceQuestion, { signal }: Call = {}): Promise<readonly Readonly<Record<string, unknown>>[]> {
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

  operation(id: string, { signal }: Call = {}): Promise<{ readonly id: string; readonly state?: string | undefined }> {
    const path = `${this.#base}/cstorpooloperations/${encodeURIComponent(id)}`;
    return this.#door.call(poolOperationSchema, { method: "GET", path, signal });
  }

  #recommend(id: string): string {
    return `${this.#base}/recommendations/${encodeURIComponent(id)}/`;
  }
}
