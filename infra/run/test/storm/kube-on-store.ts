import { kubeRefused, type KubeClient, type Manifest, type ObjectRef } from "@kubera-e2e/kube";
import type { createStore } from "@kubera-e2e/sim/parts";

type Store = ReturnType<typeof createStore>;
type Stored = Parameters<Store["update"]>[1];
type Fields = Record<string, unknown>;

const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** RFC 7386, as the API server applies it before it asks the store. */
const merged = (target: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch;
  const kept = Object.entries(isMap(target) ? target : {}).filter(([key]) => patch[key] !== null);
  const changed = Object.entries(patch).filter(([, value]) => value !== null);
  const before = Object.fromEntries(kept);
  return { ...before, ...Object.fromEntries(changed.map(([key, value]) => [key, merged(before[key], value)])) };
};

/** The simulated API server's refusals, as its client tells them. */
const answered = <T>(method: string, call: () => Stored): Promise<T> => {
  try {
    return Promise.resolve(call() as unknown as T);
  } catch (error) {
    const { code, reason, message } = error as { code: number; reason: string; message: string };
    return Promise.reject(kubeRefused({ cluster: "spare", method, path: "Lease" }, { status: code, reason, message }));
  }
};

/** A client that has the store of a simulated API server at hand, and no network between: what leases need of it. */
export const kubeOnStore = (store: Store): KubeClient => {
  const leases = store.resource("Lease", "coordination.k8s.io");
  const client: Pick<KubeClient, "get" | "create" | "patch"> = {
    get: <T>({ namespace, name }: ObjectRef) => Promise.resolve(store.get(leases, namespace, name) as unknown as T | undefined),
    create: <T>(manifest: Manifest) => answered<T>("POST", () => store.create(leases, manifest)),
    patch: <T>({ namespace, name }: ObjectRef, patch: Readonly<Fields>) =>
      answered<T>("PATCH", () => store.update(leases, merged(store.get(leases, namespace, name), patch) as Stored)),
  };
  return client as KubeClient;
};
