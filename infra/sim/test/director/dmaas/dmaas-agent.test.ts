import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Machine } from "../../../src/datacenter/machine.ts";
import { SimTime } from "../../../src/datacenter/sim-time.ts";
import { listKind } from "../../../src/director/defined-kinds.ts";
import { listAt, textAt } from "../../../src/director/json.ts";
import { apply } from "../../../src/director/kube-apply.ts";
import { dmaasAgent } from "../../../src/director/programs/dmaas/dmaas-agent.ts";
import {
  BACKUP,
  define,
  DMAAS_BACKUP,
  DMAAS_KINDS,
  SCHEDULE,
  tellStatus,
  VELERO_KINDS,
} from "../../../src/director/programs/dmaas/kinds.ts";
import { createStore, type EtcdStore } from "../../../src/kubernetes/etcd-store.ts";
import type { KubeObject } from "../../../src/kubernetes/kube-object.ts";
import { until } from "../director-bed.ts";

const NAMESPACE = "maya-system";
const FINALIZER = "dmaas.mayadata.io/finalizer";
const time = new SimTime(1000);
const VM = { id: "vm-1", name: "vm", cluster: "c", esxHost: "esx", diskGib: 100, node: "worker1", plane: "worker", disks: [] } as const;

let store: EtcdStore;
let running: AbortController;

beforeEach(() => {
  const machine = new Machine(VM, time);
  store = createStore(machine.disk.etcd);
  running = new AbortController();
  apply(store, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  define(store, [...VELERO_KINDS, ...DMAAS_KINDS]);
  const pod = store.create(store.resource("Pod"), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "dmaas-agent", namespace: NAMESPACE },
    spec: { containers: [{ name: "dmaas-agent", image: "dmaas-agent" }] },
  });
  dmaasAgent.start({
    cluster: "c",
    store,
    pod,
    container: "dmaas-agent",
    image: "mayadata/dmaas-agent:1.12.0",
    args: [],
    env: {},
    machine,
    time,
    signal: running.signal,
    readVolume: () => undefined,
    writeVolume: () => {},
    log: () => {},
  });
});
afterEach(() => running.abort());

const ask = (spec: object, finalizers: readonly string[] = []): KubeObject =>
  store.create(store.resource("DMaaSBackup", "mayadata.io"), {
    apiVersion: "mayadata.io/v1alpha1",
    kind: "DMaaSBackup",
    metadata: { name: "shop", namespace: NAMESPACE, finalizers },
    spec: { ...spec },
  });

const now = (): KubeObject | undefined => listKind(store, DMAAS_BACKUP, NAMESPACE)[0];
const phase = (): string | undefined => textAt(now()?.status, "phase");
const statuses = (): readonly unknown[] => listAt(now()?.status, "veleroSchedules").map((entry) => textAt(entry, "status"));
const schedules = (): readonly string[] => listKind(store, SCHEDULE, NAMESPACE).map(({ metadata }) => metadata.name);
const change = (spec: object): void => {
  const found = now();
  if (found !== undefined) store.update(store.resource("DMaaSBackup", "mayadata.io"), { ...found, spec: { ...spec } });
};

const HOURLY = { veleroScheduleSpec: { schedule: "0 * * * *", template: { includedNamespaces: ["shop"] } } };

describe("a DMaaSBackup", () => {
  it("without a schedule makes one backup of its name, and is Completed before that is", async () => {
    ask({ veleroScheduleSpec: { template: { includedNamespaces: ["shop"] } } });
    await until("it is Completed", () => phase() === "Completed");
    const [backup] = listKind(store, BACKUP, NAMESPACE);
    expect([backup?.metadata.name, backup?.metadata.labels?.["dmaas.mayadata.io/dmaasbackup"]]).toEqual(["shop", "shop"]);
    expect(backup?.spec).toEqual({ includedNamespaces: ["shop"] });
    expect(textAt(backup?.status, "phase")).toBeUndefined();
  });

  it("with a schedule reserves its name and then makes it", async () => {
    ask(HOURLY);
    await until("it is active", () => statuses()[0] === "Active");
    expect(schedules()).toEqual([expect.stringMatching(/^shop-\d{14}$/)]);
    expect(listKind(store, SCHEDULE, NAMESPACE)[0]?.spec).toEqual(HOURLY.veleroScheduleSpec);
    expect(phase()).toBe("InProgress");
  });

  it("that is paused has no schedule any more, and its backups stay", async () => {
    ask(HOURLY);
    await until("it is active", () => statuses()[0] === "Active");
    apply(store, {
      apiVersion: "velero.io/v1",
      kind: "Backup",
      metadata: { name: "kept", namespace: NAMESPACE, labels: { "dmaas.mayadata.io/dmaasbackup": "shop" } },
      spec: {},
    });
    change({ ...HOURLY, state: "Paused" });
    await until("it is Paused", () => phase() === "Paused");
    expect(schedules()).toEqual([]);
    expect(listKind(store, BACKUP, NAMESPACE)).toHaveLength(1);
  });

  it("with a time for full backups begins a new schedule then, and ends the one before", async () => {
    ask({ ...HOURLY, periodicFullBackup: { cronTime: "* * * * *", fullBackupRetentionThreshold: 0 } });
    await until("a second schedule has begun", () => statuses().length > 1 && statuses()[0] === "Active");
    expect(statuses().slice(0, 2)).toEqual(["Active", "Deleted"]);
    expect(schedules()).toHaveLength(1);
  });

  it("says what is wrong with its time", async () => {
    ask({ ...HOURLY, periodicFullBackup: { cronTime: "now and then" } });
    await until("it has a reason", () => (textAt(now()?.status, "reason") ?? "") !== "");
    expect([phase(), textAt(now()?.status, "reason")]).toEqual(["InProgress", '"now and then" has not five fields']);
  });

  for (const { title, finalizers, left } of [
    { title: "takes its schedules along with its finalizer", finalizers: [FINALIZER], left: 0 },
    { title: "leaves its schedules behind without one", finalizers: [], left: 1 },
  ])
    it(`that is deleted ${title}`, async () => {
      ask(HOURLY, finalizers);
      await until("it is active", () => statuses()[0] === "Active");
      store.delete(store.resource("DMaaSBackup", "mayadata.io"), NAMESPACE, "shop");
      await until("it is gone", () => now() === undefined);
      expect(schedules()).toHaveLength(left);
    });

  it("asks for the deletion of backups beyond those that are kept", async () => {
    ask({ ...HOURLY, periodicFullBackup: { fullBackupRetentionThreshold: 1 } });
    await until("it is active", () => statuses()[0] === "Active");
    for (const name of ["shop-1", "shop-2"]) {
      const metadata = { name, namespace: NAMESPACE, labels: { "dmaas.mayadata.io/dmaasbackup": "shop" } };
      tellStatus(store, apply(store, { apiVersion: "velero.io/v1", kind: "Backup", metadata, spec: {} }), { phase: "Completed" });
    }
    const requested = () => store.list(store.resource("DeleteBackupRequest", "velero.io")).map(({ spec }) => textAt(spec, "backupName"));
    await until("one is asked for", () => requested().length > 0);
    expect(requested()).toEqual(["shop-1"]);
  });
});
