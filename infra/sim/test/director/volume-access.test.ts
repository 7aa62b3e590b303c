import { describe, expect, it } from "vitest";
import { newDisk } from "../../src/datacenter/disk.ts";
import { apply } from "../../src/director/kube-apply.ts";
import { jivaRevision, replicatedVolume, volumeOn } from "../../src/director/volume-access.ts";
import { createStore, type EtcdStore } from "../../src/kubernetes/etcd-store.ts";

const VOLUME = "pvc-1";
const NODES = ["worker1", "worker2", "worker3"];
const HOSTNAME = "kubernetes.io/hostname";

interface Part {
  readonly name: string;
  readonly own: Readonly<Record<string, string>>;
  readonly node?: string;
}

const REPLICAS: readonly Part[] = NODES.map((node, index) => ({
  name: `${VOLUME}-rep-${index + 1}`,
  own: { "openebs.io/replica": "jiva-replica", "openebs.io/replica-number": String(index + 1) },
  node,
}));
const CONTROLLER: Part = { name: `${VOLUME}-ctrl`, own: { "openebs.io/controller": "jiva-controller" } };

const place = (store: EtcdStore, { name, own, node }: Part): void => {
  const labels = { "openebs.io/persistent-volume": VOLUME, ...own };
  const spec = { ...(node !== undefined && { nodeSelector: { [HOSTNAME]: node } }), containers: [{ name: "jiva", image: "jiva:1" }] };
  const metadata = { name, namespace: "openebs", labels };
  const template = { metadata: { labels }, spec };
  apply(store, { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector: { matchLabels: labels }, template } });
  apply(store, { apiVersion: "v1", kind: "Pod", metadata, spec });
};

const setPhase = (store: EtcdStore, { name }: Part, phase: "Running" | "Pending"): void => {
  const resource = store.resource("Pod");
  const pod = store.get(resource, "openebs", name);
  if (pod !== undefined) store.updateStatus(resource, { ...pod, status: { phase } });
};

/** A volume of Jiva with three replicas, of which so many run, and its controller. */
const volume = () => {
  const store = createStore(newDisk(1).etcd);
  apply(store, { apiVersion: "v1", kind: "Namespace", metadata: { name: "openebs" } });
  const disks = new Map(NODES.map((node) => [node, new Map<string, unknown>()]));
  const wiring = { volumesOf: (_cluster: string, node: string) => disks.get(node) };
  const parts = [CONTROLLER, ...REPLICAS];
  for (const part of parts) place(store, part);
  const run = (...running: readonly Part[]): void => {
    for (const part of parts) setPhase(store, part, running.includes(part) ? "Running" : "Pending");
  };
  run(...parts);
  const at = { cluster: "member", store, volume: VOLUME };
  return { at, disks, run, wiring, access: () => replicatedVolume(wiring, at) };
};

const [FIRST, SECOND, THIRD] = REPLICAS as readonly [Part, Part, Part];

describe("a volume with replicas", () => {
  it("is read from whichever replica runs", () => {
    const { access, run } = volume();
    access()?.write(["a"]);
    run(CONTROLLER, SECOND, THIRD);
    expect(access()?.read()).toEqual(["a"]);
  });

  it("is read as it was written last, though a replica that missed it is back", () => {
    const { access, run } = volume();
    access()?.write(["a"]);
    run(CONTROLLER, SECOND, THIRD);
    access()?.write(["a", "b"]);
    run(CONTROLLER, FIRST, SECOND, THIRD);
    expect(access()?.read()).toEqual(["a", "b"]);
  });

  it("counts on each disk what was written while that replica ran, and the same once it is rebuilt", () => {
    const { access, at, disks, run } = volume();
    const counts = () => [...disks.values()].map((disk) => jivaRevision(at, disk));
    expect(counts()).toEqual([undefined, undefined, undefined]);
    access()?.rebuild("worker1");
    expect(counts(), "nothing is written yet").toEqual([undefined, undefined, undefined]);
    access()?.write(["a"]);
    run(CONTROLLER, SECOND, THIRD);
    access()?.write(["a", "b"]);
    run(CONTROLLER, FIRST, SECOND, THIRD);
    expect(counts()).toEqual([1, 2, 2]);
    access()?.rebuild("worker1");
    expect(counts()).toEqual([2, 2, 2]);
    run(CONTROLLER, FIRST, SECOND);
    expect(access()?.read()).toEqual(["a", "b"]);
    expect(jivaRevision({ ...at, volume: "pvc-2" }, new Map([["replica/pvc-2", { revision: 1 }]])), "no volume of Jiva").toBeUndefined();
  });

  it.each([
    ["without its controller", [FIRST, SECOND, THIRD], "volume pvc-1: input/output error, no target serves it"],
    ["with one of three replicas", [CONTROLLER, FIRST], "volume pvc-1: input/output error, 1 of 3 replicas run"],
  ] as const)("%s is neither read nor written", (_, running, message) => {
    const { access, run } = volume();
    access()?.write(["a"]);
    run(...running);
    expect(() => access()?.read()).toThrow(message);
    expect(() => access()?.write([])).toThrow(message);
    expect(() => access()?.rebuild("worker1")).toThrow(message);
    run(CONTROLLER, FIRST, SECOND, THIRD);
    expect(access()?.read()).toEqual(["a"]);
  });

  it("is the same from every node, which a local one is not", () => {
    const { at, wiring } = volume();
    const [here, there] = ["worker1", "worker2"] as const;
    volumeOn(wiring, at, here)?.write(["a"]);
    expect(volumeOn(wiring, at, there)?.read()).toEqual(["a"]);
    const local = { ...at, volume: "pvc-local" };
    volumeOn(wiring, local, here)?.write(["b"]);
    expect([volumeOn(wiring, local, here)?.read(), volumeOn(wiring, local, there)?.read()]).toEqual([["b"], undefined]);
    expect(volumeOn(wiring, local, "nowhere")).toBeUndefined();
  });
});
