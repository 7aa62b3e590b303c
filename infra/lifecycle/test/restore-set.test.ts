import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { restoreSet } from "../src/index.ts";
import { restoreFileSchema } from "../src/restore-report.ts";
import { failureOf, labBed, manifestOf, MemoryBed } from "./memory-bed.ts";

const VMS = ["a1", "a2", "a3", "b1", "b2"];

const restore = (memory: MemoryBed, over: { state?: string; until?: "same-set"; signal?: AbortSignal } = {}) =>
  memory.settle(restoreSet(memory.context, { state: "bare", ...over }));

const fault = new KuberaError("VSPHERE_FAULT", {
  what: "vSphere answered FileLocked",
  where: "a2",
  because: "another task",
  fix: "Wait for it.",
});

describe("restoreSet", () => {
  test("powers all off before it reverts one, and reverts all before it powers one on", async () => {
    const memory = new MemoryBed().seed();
    await restore(memory);
    const { journal } = memory.machines;
    expect(journal.slice(0, 5).toSorted()).toEqual(VMS.map((vm) => `power off ${vm}`));
    expect(journal.slice(5, 10).toSorted()).toEqual(VMS.map((vm) => `revert ${vm}`));
    expect(journal.slice(10, 12).toSorted()).toEqual(["power on a1", "power on b1"]);
    expect(journal.slice(12).toSorted()).toEqual(["power on a2", "power on a3", "power on b2"]);
  });

  test("leaves a bed whose mark says clean, and a report with the milliseconds of every step", async () => {
    const memory = new MemoryBed().seed();
    const report = await restore(memory);
    expect(memory.marks.at(-1)).toMatchObject({ bed: "lab", state: "clean", holds: "bare", set: "s1", because: "restored" });
    expect(report.outcome).toBe("restored");
    expect(memory.reports).toEqual([report]);
    expect(restoreFileSchema.safeParse([report]).error).toBeUndefined();
    const powerOns = report.steps.filter(({ phase }) => phase === "power on workers");
    expect(powerOns.map(({ subject, esxHost, outcome }) => `${subject} ${esxHost ?? ""} ${outcome}`).toSorted()).toEqual([
      "a2 esx-2 done",
      "a3 esx-1 done",
      "b2 esx-1 done",
    ]);
    expect(powerOns.find(({ subject }) => subject === "b2")?.ms).toBe(5000);
    expect(report.steps.find(({ phase }) => phase === "nodes ready")?.because).toBe("bootID a1-boot-2");
  });

  test("marks the bed broken before it touches the first VM, for a process may die at any time", async () => {
    const memory = new MemoryBed().seed();
    const seen: (string | undefined)[] = [];
    memory.machines.onStep = () => {
      seen.push(memory.marks.at(-1)?.state);
      return Promise.resolve();
    };
    await restore(memory);
    expect(new Set(seen)).toEqual(new Set(["broken"]));
  });

  test.each([1, 2])("lets no more than %d VMs of one ESX host power on at a time when the bed says so", async (powerOnPerHost) => {
    const bed = labBed();
    const memory = new MemoryBed({ ...bed, limits: { ...bed.limits, powerOnPerHost } }).seed();
    let running = 0;
    let most = 0;
    memory.machines.onStep = async (step) => {
      if (step !== "power on a3" && step !== "power on b2") return;
      running += 1;
      most = Math.max(most, running);
      await memory.clock.sleep(30_000);
      running -= 1;
    };
    await restore(memory);
    expect(most).toBe(powerOnPerHost);
  });

  test("lets all VMs of a large bed wait for their turn at once without a warning of the platform", async () => {
    const [server, member] = labBed().clusters;
    if (server === undefined || member === undefined) throw new Error("the bed has lost its clusters");
    const workers = Array.from({ length: 16 }, (_, index) => ({ name: `w${index}`, node: `w${index}`, plane: "worker" as const }));
    const bed = { ...labBed(), clusters: [{ ...server, vms: [...server.vms.slice(0, 1), ...workers] }, member] };
    const warnings: Error[] = [];
    const note = (warning: Error): unknown => warnings.push(warning);
    process.on("warning", note);
    try {
      const memory = new MemoryBed({ ...bed, limits: { ...bed.limits, powerOnPerHost: workers.length } });
      // All on one host, where each waits for its turn.
      for (const { name } of workers) memory.machines.add(name, "esx-1");
      memory.seed({ vms: memory.machines.vms.size });
      expect((await restore(memory, { signal: new AbortController().signal })).outcome).toBe("restored");
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("warning", note);
    }
    expect(warnings).toEqual([]);
  });

  test("restores a bed of which every VM is off already", async () => {
    const memory = new MemoryBed().seed();
    for (const vm of VMS) await memory.machines.powerOff(vm);
    expect((await restore(memory)).outcome).toBe("restored");
  });

  test("starts from its beginning after one that failed half-way", async () => {
    const memory = new MemoryBed().seed();
    memory.machines.trouble = new Map([["revert b2", fault]]);
    await failureOf(restore(memory));
    memory.machines.trouble = new Map();
    memory.machines.journal.length = 0;
    expect((await restore(memory)).outcome).toBe("restored");
    expect(memory.machines.journal.filter((step) => step.startsWith("revert"))).toHaveLength(5);
    expect(memory.marks.at(-1)?.state).toBe("clean");
  });
});

const vsphereFault = (type: string): KuberaError =>
  new KuberaError("VSPHERE_FAULT", {
    what: `vSphere refused RevertToSnapshot_Task of VM "b1"`,
    where: "vcenter",
    because: `${type} on RevertToSnapshot_Task`,
    fix: "Wait for it.",
    cause: Object.assign(new Error(type), { code: type }),
  });

const scriptFault = (type: string): KuberaError =>
  new KuberaError("SCRIPT_FAILED", {
    what: `the script revert failed of VM "b1"`,
    where: "machines.scripts.revert",
    because: `${type} on revert`,
    fix: "Wait for it.",
    cause: Object.assign(new Error(type), { code: type }),
  });

const lost = new KuberaError("CONNECTION_LOST", { what: "the connection broke", where: "vcenter", because: "ECONNRESET", fix: "again" });

describe("a VM that is locked", () => {
  const cases = ["power off b1", "revert b1", "power on b1"].flatMap((step) => [
    [step, "TaskInProgress", vsphereFault("TaskInProgress")] as const,
    [step, "FileLocked", vsphereFault("FileLocked")] as const,
    [step, "TaskInProgress of a script", scriptFault("TaskInProgress")] as const,
    [step, "a reset connection", lost] as const,
  ]);

  test.each(cases)("is waited for: %s meets %s three times", async (step, _fault, error) => {
    const memory = new MemoryBed().seed();
    let left = 3;
    memory.machines.onStep = (met) => (met === step && left-- > 0 ? Promise.reject(error) : Promise.resolve());
    expect((await restore(memory)).outcome).toBe("restored");
    expect(memory.machines.journal.filter((met) => met === step)).toHaveLength(4);
    const waits = memory.events.filter(({ state, because }) => state === "waiting" && because?.endsWith("trying again"));
    expect(waits.map(({ subject }) => subject)).toEqual(["b1", "b1", "b1"]);
  });

  test("is given up after intervals.locked, with the fault and the command that goes on", async () => {
    const memory = new MemoryBed({ ...labBed(), intervals: { ...labBed().intervals, locked: 10_000 } }).seed();
    memory.machines.trouble = new Map([["revert b1", vsphereFault("FileLocked")]]);
    const failure = await failureOf(restore(memory));
    expect(failure.because).toBe(
      'b1: [VSPHERE_FAULT] vSphere refused RevertToSnapshot_Task of VM "b1" (FileLocked on RevertToSnapshot_Task)',
    );
    expect(failure.fix).toBe("Wait for it.\n           The bed is marked broken; then go on with: e2e bed restore lab --state bare");
    expect(memory.machines.journal.filter((met) => met === "revert b1")).toHaveLength(11);
  });

  test("is not waited for when a script names another fault", async () => {
    const memory = new MemoryBed().seed();
    memory.machines.trouble = new Map([["revert b1", scriptFault("NoDiskSpace")]]);
    await failureOf(restore(memory));
    expect(memory.machines.journal.filter((met) => met === "revert b1")).toHaveLength(1);
  });

  test.each(["NoDiskSpace", "InvalidPowerState", "HostNotConnected"])("is not waited for when the fault is %s", async (type) => {
    const memory = new MemoryBed().seed();
    memory.machines.trouble = new Map([["revert b1", vsphereFault(type)]]);
    await failureOf(restore(memory));
    expect(memory.machines.journal.filter((met) => met === "revert b1")).toHaveLength(1);
    expect(memory.marks.at(-1)?.state).toBe("broken");
  });
});

describe("a restore that fails", () => {
  test("names every VM of the group, marks the bed broken and powers nothing on", async () => {
    const memory = new MemoryBed().seed();
    memory.machines.trouble = new Map([
      ["revert a2", fault],
      ["revert b1", fault],
    ]);
    const failure = await failureOf(restore(memory));
    expect(failure.message).toBe(`[RESTORE_FAILED] the bed lab could not be restored to bare: revert
  where:   a2, b1
  because: a2: [VSPHERE_FAULT] vSphere answered FileLocked (another task)
           b1: [VSPHERE_FAULT] vSphere answered FileLocked (another task)
  fix:     Wait for it.
           The bed is marked broken; then go on with: e2e bed restore lab --state bare`);
    expect(failure.cause).toBe(fault);
    expect(memory.marks.at(-1)).toMatchObject({ state: "broken" });
    expect(memory.machines.journal.filter((step) => step.startsWith("power on"))).toEqual([]);
    const [report] = memory.reports;
    expect(report?.outcome).toBe("failed");
    expect(report?.error?.code).toBe("RESTORE_FAILED");
    expect(report?.steps.filter(({ outcome }) => outcome === "failed").map(({ subject }) => subject)).toEqual(["a2", "b1"]);
  });

  test("tells a task that never ends, after intervals.power", async () => {
    const memory = new MemoryBed().seed();
    memory.machines.trouble = new Map([["power off a3", "hangs"]]);
    const failure = await failureOf(restore(memory));
    expect(failure.because).toBe(
      "a3: [TIMED_OUT] the power-off of a3 did not end within 60 s (the task was started and its end was never told)",
    );
  });

  test("tells a VM that somebody powered on again behind its back", async () => {
    const memory = new MemoryBed().seed();
    memory.machines.onStep = (step) => {
      const vm = memory.machines.vms.get("a1");
      if (step === "revert b2" && vm !== undefined) setImmediate(() => (vm.power = "on"));
      return step === "revert b2" ? memory.clock.sleep(1000) : Promise.resolve();
    };
    const failure = await failureOf(restore(memory));
    expect(failure.because).toContain("a1: [SET_MIXED] a1 is not off and on a1-snapshot-1 after the revert");
  });

  test("tells a VM whose revert did nothing", async () => {
    const memory = new MemoryBed().seed({ set: "s1" }).seed({ set: "s2", state: "director@1.12.0" });
    memory.machines.trouble = new Map([["revert a2", "does nothing"]]);
    const failure = await failureOf(restore(memory));
    expect(failure.because).toBe("a2: [SET_MIXED] a2 is not off and on a2-snapshot-1 after the revert (it is off and on a2-snapshot-2)");
  });

  test("tells a node that does not become ready, with what its kubelet says", async () => {
    const memory = new MemoryBed().seed();
    memory.sick.add("c2/n2");
    const failure = await failureOf(restore(memory));
    expect(failure.where).toBe("c2/n2");
    expect(failure.because).toBe(
      "c2/n2: [WAIT_DEADLINE] node c2/n2 is Ready with a new bootID did not come true within 120.0 s (Ready is False: KubeletNotReady: told)",
    );
  });

  test("tells a node that came back with the bootID of its snapshot", async () => {
    const memory = new MemoryBed();
    for (const vm of VMS) memory.machines.seed(vm, manifestOf({ bootId: `${vm}-boot-2` }));
    expect((await failureOf(restore(memory))).because).toContain("its bootID a1-boot-2 is still that of the snapshot");
  });

  test.each([
    ["ahead", 5000, "the clock of c1 is off by at least 5000 ms (it is ahead of this computer, and limits.clockSkew is 1000 ms)"],
    ["behind", -5000, "the clock of c1 is off by at least 4000 ms (it is behind this computer, and limits.clockSkew is 1000 ms)"],
  ])("tells a clock that is %s", async (_case, offMs, because) => {
    const memory = new MemoryBed().seed();
    memory.serverLook = () => ({ dateMs: memory.clock.now() + offMs });
    expect((await failureOf(restore(memory))).because).toContain(because);
  });

  test("ends at once when the API server's certificate convinces nobody", async () => {
    const memory = new MemoryBed().seed();
    memory.serverLook = () => {
      throw new KuberaError("TLS_EXPIRED", {
        what: "the certificate of c1 has expired",
        where: "c1",
        because: "yesterday",
        fix: "renew it",
      });
    };
    const startMs = memory.clock.monotonicMs();
    expect((await failureOf(restore(memory))).because).toContain("c1: [WAIT_TERMINAL]");
    expect(memory.clock.monotonicMs() - startMs).toBeLessThan(20_000);
  });

  test("tells machines that are not those of the set", async () => {
    const memory = new MemoryBed().seed({ kubernetes: "v1.19.7" });
    expect((await failureOf(restore(memory))).because).toContain(
      "c1: [RESTORE_FAILED] c1 runs Kubernetes v1.20.2 after the restore (its set was taken of Kubernetes v1.19.7; these are not the machines of that set)",
    );
  });

  test("touches nothing and marks nothing when its set is refused", async () => {
    const memory = new MemoryBed();
    expect((await failureOf(restore(memory))).code).toBe("SET_MISSING");
    expect(memory.machines.journal).toEqual([]);
    expect(memory.marks).toEqual([]);
  });

  test("ends with the reason of its cancellation and leaves the bed broken", async () => {
    const memory = new MemoryBed().seed();
    const cancel = new AbortController();
    memory.machines.onStep = (step) => {
      if (step === "revert a1") cancel.abort(new Error("Ctrl-C"));
      return Promise.resolve();
    };
    await expect(restore(memory, { signal: cancel.signal })).rejects.toThrow("Ctrl-C");
    expect(memory.marks.at(-1)).toMatchObject({ state: "broken", because: "Ctrl-C" });
    expect(memory.machines.journal.filter((step) => step.startsWith("power on"))).toEqual([]);
  });
});

describe("a hypervisor with limitations", () => {
  const limited = (): MemoryBed => {
    const memory = new MemoryBed().seed();
    memory.machines.limits = [{ step: "revertPower", because: "a revert does not change the power here" }];
    return memory;
  };

  test("is refused before anything is touched", async () => {
    const memory = limited();
    expect((await failureOf(restore(memory))).message).toBe(`[RESTORE_UNSUPPORTED] the hypervisor of the bed lab cannot do revertPower
  where:   https://vcenter.lab/sdk
  because: revertPower: a revert does not change the power here
  fix:     Use a real ESX host or vCenter; --until same-set stops before what cannot be done.`);
    expect(memory.machines.journal).toEqual([]);
  });

  test("serves until same set: every VM off and on the set, what it cannot do told, the bed dirty", async () => {
    const memory = limited();
    const report = await restore(memory, { until: "same-set" });
    expect(report.outcome).toBe("same set");
    expect(report.limitations).toEqual([{ step: "revertPower", because: "a revert does not change the power here" }]);
    expect(memory.machines.journal.filter((step) => step.startsWith("power on"))).toEqual([]);
    expect([...memory.machines.vms.values()].map(({ power }) => power)).toEqual(["off", "off", "off", "off", "off"]);
    expect(memory.events.some(({ state, because }) => state === "note" && because === "a revert does not change the power here")).toBe(
      true,
    );
    expect(memory.marks.at(-1)).toMatchObject({ state: "dirty", because: "restored until same set; its VMs are off" });
  });
});

describe("a state with Director", () => {
  const workload = { metadata: { name: "maya-io" }, spec: { replicas: 1 }, status: { availableReplicas: 1 } };
  const pod = (startedAt: string, over: object = {}): object => ({
    metadata: { name: "maya-io-1", namespace: "kubera", uid: "u1" },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ name: "maya-io", state: { running: { startedAt } } }],
      ...over,
    },
  });
  const bed = (pods: readonly object[]): MemoryBed => {
    const memory = new MemoryBed().seed({ state: "director@1.12.0" });
    memory.objects = new Map([
      ["Deployment", [workload]],
      ["Pod", pods],
    ]);
    return memory;
  };
  const FRESH = "2026-01-01T01:00:00Z";

  test("is restored when its workloads serve since the restore and /ping answers", async () => {
    const memory = bed([pod(FRESH)]);
    const report = await restore(memory, { state: "director@1.12.0" });
    expect(report.steps.filter(({ phase }) => phase === "director ready").map(({ outcome }) => outcome)).toEqual(["done"]);
  });

  test.each([
    [
      "containers of before the restore",
      [pod("2025-12-01T00:00:00Z")],
      "pod kubera/maya-io-1: maya-io is told as running since before the restore",
    ],
    ["a pod that is not ready", [pod(FRESH, { conditions: [] })], "pod kubera/maya-io-1: it is Running and not Ready"],
    [
      "a container that waits",
      [pod(FRESH, { containerStatuses: [{ name: "maya-io", state: { waiting: { reason: "ImagePullBackOff" } } }] })],
      "pod kubera/maya-io-1: maya-io is waiting: ImagePullBackOff",
    ],
  ])("is not restored with %s", async (_case, pods, because) => {
    const failure = await failureOf(restore(bed(pods), { state: "director@1.12.0" }));
    expect(failure.because).toContain(because);
  });

  test("is not restored while /ping does not answer", async () => {
    const memory = bed([pod(FRESH)]);
    memory.ping = () =>
      Promise.reject(new KuberaError("DIRECTOR_REFUSED", { what: "Director answered /ping with 503", where: "x", because: "y", fix: "z" }));
    expect((await failureOf(restore(memory, { state: "director@1.12.0" }))).because).toContain("Director answered /ping with 503");
  });

  test("is not restored when a workload has lost its pods", async () => {
    const memory = bed([pod(FRESH)]);
    memory.objects = new Map([...memory.objects, ["Deployment", [{ ...workload, status: {} }]]]);
    expect((await failureOf(restore(memory, { state: "director@1.12.0" }))).because).toContain("Deployment kubera/maya-io lacks 1 pods");
  });
});
