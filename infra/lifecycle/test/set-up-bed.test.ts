import { describe, expect, test } from "vitest";
import type { ListedMachine, Provisioner } from "@kubera-e2e/machines";
import { setupSchema } from "@kubera-e2e/schema/bed-setup";
import { disposeBed, disposeLines, planDispose } from "../src/dispose-bed.ts";
import { setUpBed } from "../src/set-up-bed.ts";
import { planSetUp, setUpLines } from "../src/set-up-plan.ts";
import { hostsFile } from "../src/bootstrap.ts";
import { labBed, manifestOf, MemoryBed } from "./memory-bed.ts";

const SETUP = setupSchema.parse({
  template: "ubuntu-2204",
  folder: "e2e",
  bootstrap: [{ name: "kubeadm", argv: ["./kubeadm.sh", "--hosts"] }],
});

const bed = () => ({ ...labBed(), setup: SETUP });

const listed = (name: string, over: Partial<ListedMachine> = {}): ListedMachine => ({
  id: `vm-${name}`,
  name,
  power: "off",
  esxHost: "esx-1",
  folder: "e2e",
  isTemplate: false,
  snapshots: 0,
  madeFor: "lab",
  ...over,
});

/** A VM that nobody but a person made. */
const byHand = (name: string): ListedMachine => {
  const { madeFor: _madeFor, ...rest } = listed(name);
  return rest;
};

const linesOf = async (work: () => unknown): Promise<string[]> => {
  try {
    await work();
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  throw new TypeError("it was not refused");
};

/** An inventory in memory that is in step with the bed's VMs. */
class MemoryProvisioner implements Provisioner {
  machines: ListedMachine[] = [];
  trouble = new Map<string, Error>();
  cannotClone: string | undefined;
  readonly journal: string[] = [];

  about() {
    return Promise.resolve({ product: "vCenter", ...(this.cannotClone !== undefined && { cannotClone: this.cannotClone }) });
  }
  list() {
    return Promise.resolve([...this.machines]);
  }
  clone({ name }: { readonly name: string }): Promise<void> {
    return this.#step(`clone ${name}`, () => this.machines.push(listed(name)));
  }
  destroy({ name }: { readonly name: string }): Promise<void> {
    return this.#step(`destroy ${name}`, () => (this.machines = this.machines.filter((machine) => machine.name !== name)));
  }
  close() {
    return Promise.resolve();
  }
  #step(step: string, act: () => unknown): Promise<void> {
    this.journal.push(step);
    const trouble = this.trouble.get(step);
    if (trouble !== undefined) return Promise.reject(trouble);
    act();
    return Promise.resolve();
  }
}

describe("the plan of a set-up", () => {
  test("clones what is missing, goes on with what an earlier set-up made, and ends with the set bare", async () => {
    const plan = planSetUp(bed(), { product: "vCenter 7", machines: [listed("a1", { power: "on" }), listed("other", { madeFor: "x" })] });
    await expect(`${setUpLines(plan).join("\n")}\n`).toMatchFileSnapshot("golden/set-up.txt");
    expect(plan.toClone).toEqual(["a2", "a3", "b1", "b2"]);
  });

  test("says that a standalone host cannot clone", () => {
    const because = "a standalone ESX host has no CloneVM_Task: only a vCenter clones";
    expect(setUpLines(planSetUp(bed(), { product: "ESXi", machines: [], cannotClone: because }))).toContain(
      `cannot be done here: clone: ${because}`,
    );
  });

  test("refuses VMs that no set-up made", async () => {
    const machines = [byHand("a1"), listed("b2", { madeFor: "rancher" })];
    expect(await linesOf(() => planSetUp(bed(), { product: "vCenter", machines }))).toEqual([
      "[SETUP_FAILED] 2 VMs of the bed lab are there, and no set-up made them",
      "  where:   a1, b2 (made for the bed rancher)",
      "  because: what runs on them is not known, and a set-up would build upon it",
      "  fix:     Give the bed's VMs other names, or take what is there as it is: e2e bed snapshot --state bare.",
    ]);
  });

  test("refuses a bed without a set-up", async () => {
    expect((await linesOf(() => planSetUp(labBed(), { product: "vCenter", machines: [] })))[0]).toBe(
      "[SETUP_FAILED] the bed lab declares no set-up",
    );
  });
});

test("tells the bootstrap every VM with its address, for scripts", () => {
  expect(
    hostsFile(labBed(), [listed("a1", { guestAddress: "10.0.0.1" })])
      .split("\n")
      .slice(0, 2),
  ).toEqual(["c1\tserver\tcontrol\tn1\ta1\t10.0.0.1", "c1\tserver\tworker\tn2\ta2\t"]);
});

describe("a set-up", () => {
  const setUp = async (prepare: (memory: MemoryBed, provisioner: MemoryProvisioner) => void) => {
    const memory = new MemoryBed({ ...bed(), setup: { ...SETUP, bootstrap: [] } });
    const provisioner = new MemoryProvisioner();
    prepare(memory, provisioner);
    const work = () => memory.settle(setUpBed(memory.context, provisioner));
    return { memory, provisioner, work };
  };

  test("clones, waits for the nodes and takes the set bare", async () => {
    const { memory, provisioner, work } = await setUp(() => {});
    expect(await work()).toMatchObject({ bed: "lab", state: "bare", vms: 5 });
    expect(provisioner.journal).toEqual(["clone a1", "clone a2", "clone a3", "clone b1", "clone b2"]);
    expect(memory.marks.at(-1)).toMatchObject({ state: "dirty", holds: "bare" });
  });

  test("that cannot clone leaves nothing: what it made is destroyed again", async () => {
    const { memory, provisioner, work } = await setUp((_memory, at) => at.trouble.set("clone b1", new Error("NoDiskSpace")));
    expect((await linesOf(work))[0]).toBe("NoDiskSpace");
    expect(provisioner.machines).toEqual([]);
    expect(memory.events.filter(({ phase }) => phase === "undo").map(({ because }) => because)).toEqual(["4 new VMs destroyed again"]);
  });

  test("that leaves something behind says what, and how to remove it", async () => {
    const { memory, work } = await setUp((_memory, at) => {
      at.trouble.set("clone b1", new Error("NoDiskSpace")).set("destroy a2", new Error("FileLocked"));
    });
    await linesOf(work);
    expect(memory.events.at(-1)?.because).toBe("left behind: a2; e2e bed dispose lab");
  });

  test("goes on with VMs that an earlier one made, and destroys none of them when it fails", async () => {
    const { provisioner, work } = await setUp((_memory, at) => {
      at.machines = [listed("a1"), listed("a2")];
      at.trouble.set("clone b2", new Error("NoDiskSpace"));
    });
    await linesOf(work);
    expect(provisioner.machines.map(({ name }) => name)).toEqual(["a1", "a2"]);
  });

  const ALL = ["a1", "a2", "a3", "b1", "b2"];

  const USE = (state: string): string => `Use it: e2e bed restore lab --state ${state}. To make it anew: `;
  const isThere = (state: string): string =>
    `all its VMs are there and hold a set ${state}; a set-up would take one bare of whatever is on them now`;

  test.each([
    { title: "is set up already", there: ALL, set: { set: "s1" }, because: isThere("bare"), use: USE("bare") },
    {
      title: "holds a set of another state",
      there: ALL,
      set: { set: "s1", state: "director@1.12.0" },
      because: isThere("director@1.12.0"),
      use: USE("director@1.12.0"),
    },
    {
      title: "was used, when a VM of it is missing",
      there: ALL.slice(1),
      set: { set: "s1" },
      because: "these of its VMs hold a set bare and may have been used since; 1 of its file are missing",
      use: "",
    },
  ])("is refused for a bed that $title, and touches nothing", async ({ there, set, because, use }) => {
    const { memory, provisioner, work } = await setUp((on, at) => {
      for (const name of there) on.machines.seed(name, manifestOf(set));
      at.machines = there.map((name) => listed(name));
    });
    expect(await linesOf(work)).toEqual([
      "[SETUP_FAILED] the bed lab is set up already; nothing was touched",
      `  where:   set s1 on ${there.join(", ")}`,
      `  because: ${because}`,
      `  fix:     ${use}e2e bed dispose lab, then e2e bed setup lab.`,
    ]);
    expect([provisioner.journal, memory.marks]).toEqual([[], []]);
    expect(memory.machines.journal.filter((step) => !step.startsWith("inspect"))).toEqual([]);
  });

  test("is refused for a bed whose restore died, and not for one that was disposed of", async () => {
    const mark = { schema: "kubera-e2e/bed-mark@1", bed: "lab", state: "broken", because: "x", at: "2026-01-01T00:00:00.000Z" } as const;
    const died = await setUp((on, at) => {
      on.marks.push(mark);
      at.machines = ALL.map((name) => listed(name));
    });
    expect((await linesOf(died.work))[0]).toBe("[SET_REFUSED] no set is taken of the bed lab, which is broken");
    const disposed = await setUp((on, at) => {
      on.marks.push({ ...mark, undone: "dispose" });
      at.machines = ALL.map((name) => listed(name));
    });
    expect(await disposed.work()).toMatchObject({ state: "bare", vms: 5 });
  });

  test("goes on when a VM lacks the set bare: an earlier one died while it took it", async () => {
    const { memory, work } = await setUp((on, at) => {
      for (const name of ALL.slice(1)) on.machines.seed(name, manifestOf());
      at.machines = ALL.map((name) => listed(name));
    });
    expect(await work()).toMatchObject({ state: "bare", vms: 5 });
    expect(memory.marks.at(-1)).toMatchObject({ holds: "bare" });
  });

  test("touches nothing on a host that cannot clone", async () => {
    const { provisioner, work } = await setUp((_memory, at) => (at.cannotClone = "it is a standalone host"));
    expect(await linesOf(work)).toEqual([
      "[RESTORE_UNSUPPORTED] 5 VMs of the bed lab are missing and cannot be cloned here",
      "  where:   vCenter: a1, a2, a3, b1, b2",
      "  because: it is a standalone host",
      "  fix:     Give a vCenter as machines.endpoint, or make the VMs by hand and take the set: e2e bed snapshot.",
    ]);
    expect(provisioner.journal).toEqual([]);
  });

  test("says which bootstrap command failed, and keeps the VMs", async () => {
    const argv = ["sh", "-c", "echo joining >&2; echo 'token expired' >&2; exit 3"];
    const memory = new MemoryBed({
      ...bed(),
      setup: setupSchema.parse({ template: "t", addresses: false, bootstrap: [{ name: "join", argv }] }),
    });
    const provisioner = new MemoryProvisioner();
    expect(await linesOf(() => setUpBed(memory.context, provisioner))).toEqual([
      '[SETUP_FAILED] the bootstrap command "join" failed',
      `  where:   ${argv.join(" ")}`,
      "  because: exit code 3: joining",
      "           token expired",
      "  fix:     Repair what it says, and run e2e bed setup again: it goes on with the VMs that are there. e2e bed dispose removes them.",
    ]);
    expect(provisioner.machines).toHaveLength(5);
  });
});

test("masks secrets in what the bootstrap prints and in why it failed", async () => {
  const told = 'for (const name in process.env) if (name.startsWith("KUBERA_SECRET_")) console.error(`${name}=${process.env[name]}`);';
  const argv = [process.execPath, "-e", `${told} process.exitCode = 1`];
  const memory = new MemoryBed({
    ...bed(),
    setup: setupSchema.parse({ template: "t", addresses: false, secrets: ["vsphere"], bootstrap: [{ name: "join", argv }] }),
  });
  memory.redactor.add("s3cret-of-lab");
  const context = { ...memory.context, secret: () => ({ username: "root", password: "s3cret-of-lab" }) };
  expect((await linesOf(() => setUpBed(context, new MemoryProvisioner()))).slice(2, 4)).toEqual([
    "  because: exit code 1: KUBERA_SECRET_VSPHERE_USERNAME=root",
    "           KUBERA_SECRET_VSPHERE_PASSWORD=«redacted»",
  ]);
  expect(memory.events.filter(({ state }) => state === "note").map(({ because }) => because)).toEqual([
    "KUBERA_SECRET_VSPHERE_USERNAME=root",
    "KUBERA_SECRET_VSPHERE_PASSWORD=«redacted»",
  ]);
});

describe("a dispose", () => {
  const inventory = () => [...["a1", "a2", "a3", "b1"].map((name) => listed(name, { power: "on" })), listed("renamed"), byHand("jump")];

  test("plans the end of the VMs in the bed's file that bear its mark, and names what bears it besides", async () => {
    await expect(`${disposeLines(planDispose(bed(), inventory())).join("\n")}\n`).toMatchFileSnapshot("golden/dispose.txt");
  });

  test("refuses VMs of the bed that no set-up made", async () => {
    const machines = [byHand("a1"), listed("a2", { madeFor: "rancher" }), listed("a3")];
    expect(await linesOf(() => planDispose(bed(), machines))).toEqual([
      "[DISPOSE_REFUSED] 2 VMs of the bed lab no set-up made; nothing was touched",
      "  where:   a1, a2",
      "  because: a1 bears no mark of a set-up",
      "           a2 was made for the bed rancher",
      "  fix:     Destroy them by hand if they are to go, or take them out of the bed's file.",
    ]);
  });

  test("powers off and destroys, and leaves what is not its own", async () => {
    const memory = new MemoryBed(bed());
    const provisioner = new MemoryProvisioner();
    provisioner.machines = inventory();
    expect(await memory.settle(disposeBed(memory.context, provisioner))).toEqual({
      destroyed: ["a1", "a2", "a3", "b1"],
      left: ["renamed"],
    });
    expect(provisioner.machines.map(({ name }) => name)).toEqual(["renamed", "jump"]);
    expect(memory.machines.journal.filter((step) => step.startsWith("power off"))).toHaveLength(4);
    expect(memory.marks.map(({ state, undone }) => [state, undone])).toEqual([
      ["broken", "dispose"],
      ["broken", "setup"],
    ]);
  });

  test("destroys nothing of another owner's bed of the same name", async () => {
    const memory = new MemoryBed(bed());
    const provisioner = new MemoryProvisioner();
    provisioner.machines = [listed("theirs-1", { folder: "team-b" }), listed("theirs-2", { folder: "team-b" })];
    expect(await memory.settle(disposeBed(memory.context, provisioner))).toEqual({ destroyed: [], left: ["theirs-1", "theirs-2"] });
    expect([provisioner.journal, memory.machines.journal]).toEqual([[], []]);
  });

  test("names each object that is left, with the reason", async () => {
    const memory = new MemoryBed(bed());
    const provisioner = new MemoryProvisioner();
    provisioner.machines = [listed("a1"), listed("a2")];
    provisioner.trouble.set("destroy a2", new Error("FileLocked: esx-2 holds the lock"));
    expect(await linesOf(() => memory.settle(disposeBed(memory.context, provisioner)))).toEqual([
      "[DISPOSE_INCOMPLETE] 1 object of the bed lab is left",
      '  where:   VM "a2" (vm-a2) in folder e2e on esx-1',
      "  because: a2: FileLocked: esx-2 holds the lock",
      "  fix:     Remove what is named, or run e2e bed dispose again once the reason is gone.",
    ]);
    expect(provisioner.machines.map(({ name }) => name)).toEqual(["a2"]);
  });
});
