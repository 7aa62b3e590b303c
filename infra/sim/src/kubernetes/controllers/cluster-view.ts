import type { SimTime } from "../../datacenter/sim-time.ts";
import { ApiStatusError } from "../api-status.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { KubeObject } from "../kube-object.ts";
import { kubeTime } from "../object-birth.ts";
import type { NewObject, ResourceType } from "../store.ts";
import type { Kind, KindMap } from "../workload-objects.ts";

/** Whether a refusal is one that another look at the store resolves: gone, already there or changed meanwhile. */
export const isRace = (error: unknown): boolean => error instanceof ApiStatusError && (error.code === 404 || error.code === 409);

/** Whether the server refuses because it is going down, or because the namespace is. */
export const isFarewell = (error: unknown): boolean => error instanceof ApiStatusError && (error.code === 503 || error.code === 403);

/** Typed sight of one store, as a client of it has: what controllers and kubelets share. */
export class ClusterView {
  readonly store: EtcdStore;
  readonly time: SimTime;
  readonly #resources = new Map<Kind, ResourceType>();

  constructor(store: EtcdStore, time: SimTime) {
    this.store = store;
    this.time = time;
  }

  resource(kind: Kind): ResourceType {
    const known = this.#resources.get(kind);
    if (known !== undefined) return known;
    const found = this.store.resource(kind);
    this.#resources.set(kind, found);
    return found;
  }

  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): KindMap[K] | undefined {
    return this.store.get(this.resource(kind), namespace, name) as KindMap[K] | undefined;
  }

  list<K extends Kind>(kind: K, namespace?: string): readonly KindMap[K][] {
    return this.store.list(this.resource(kind), namespace) as unknown as readonly KindMap[K][];
  }

  create<K extends Kind>(kind: K, object: Omit<NewObject, "apiVersion" | "kind">): KindMap[K] {
    const { group, version } = this.resource(kind);
    const apiVersion = group === "" ? version : `${group}/${version}`;
    return this.store.create(this.resource(kind), { apiVersion, kind, ...object } as unknown as NewObject) as KindMap[K];
  }

  update<K extends Kind>(kind: K, object: KindMap[K]): KindMap[K] {
    return this.store.update(this.resource(kind), object) as KindMap[K];
  }

  updateStatus<K extends Kind>(kind: K, object: KindMap[K], status: object): KindMap[K] {
    return this.store.updateStatus(this.resource(kind), { ...object, status }) as KindMap[K];
  }

  remove(kind: Kind, object: KubeObject, gracePeriodSeconds?: number): void {
    const options = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    this.store.delete(this.resource(kind), object.metadata.namespace, object.metadata.name, options);
  }

  now(): string {
    return kubeTime(this.time.now());
  }

  /** Simulated milliseconds since a timestamp of the cluster. */
  since(timestamp: string): number {
    return (this.time.now() - Date.parse(timestamp)) * this.time.speed;
  }
}
