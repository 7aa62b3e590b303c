import type { BedContext } from "@kubera-e2e/lifecycle";
import { describe, expect, test } from "vitest";
import { fenced, fencedBed } from "../src/fenced-bed.ts";

/** A client with a private part, as the real ones have. */
class Recorder {
  readonly cluster = "c1";
  readonly #done: string[] = [];

  get done(): readonly string[] {
    return this.#done;
  }

  #do(what: string): Promise<string> {
    this.#done.push(what);
    return Promise.resolve(what);
  }

  readonly inspect = () => this.#do("inspect");
  readonly get = () => this.#do("get");
  revert(vm: string): Promise<string> {
    return this.#do(`revert ${vm}`);
  }
  read(): Promise<string> {
    return this.#do("read");
  }
  write(): Promise<string> {
    return this.#do("write");
  }
  apply(): Promise<string> {
    return this.#do("apply");
  }
  observe(): string {
    return "observed";
  }
}

const fence = () => {
  const machines = new Recorder();
  const kube = new Recorder();
  const told: (string | undefined)[] = [];
  const lease = { isOver: false };
  const hold = {
    throwIfOver: () => {
      if (lease.isOver) throw new Error("the lease is over");
    },
    mixed: undefined,
    tellMixed: async (mixed: string | undefined) => void told.push(mixed),
  };
  const marks = new Recorder();
  const context = { machines, marks, kube: async () => kube, director: async () => "director" } as unknown as BedContext;
  return { machines, marks, kube, lease, told, bed: fencedBed(context, hold) };
};

describe("a bed under a lease", () => {
  test("is as it was while the lease lasts", async () => {
    const { bed, machines, kube } = fence();
    await bed.machines.revert("v1", "s1");
    const client = await bed.kube("c1");
    await client.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
    expect(client.cluster).toBe("c1");
    expect(client.observe({ apiVersion: "v1", kind: "Pod" })).toBe("observed");
    expect(await bed.director()).toBe("director");
    expect([machines.done, kube.done]).toEqual([["revert v1"], ["apply"]]);
  });

  test("guards any other client alike", async () => {
    const other = new Recorder();
    let isOver = false;
    const client = fenced(other, () => {
      if (isOver) throw new Error("the lease is over");
    });
    await client.revert("v1");
    isOver = true;
    await client.inspect();
    await expect(client.apply()).rejects.toThrow("the lease is over");
    expect(other.done).toEqual(["revert v1", "inspect"]);
  });

  test("is not written to any more when it is over, and can still be looked at", async () => {
    const { bed, machines, marks, kube, lease } = fence();
    const client = await bed.kube("c1");
    lease.isOver = true;
    await expect(bed.machines.revert("v1", "s1")).rejects.toThrow("the lease is over");
    await expect(client.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } })).rejects.toThrow("the lease is over");
    await expect(bed.director()).rejects.toThrow("the lease is over");
    await expect(bed.marks.write({ bed: "lab", state: "broken", because: "x", at: "y" })).rejects.toThrow("the lease is over");
    await bed.marks.read("lab");
    expect(marks.done).toEqual(["read"]);
    await bed.machines.inspect(["v1"]);
    await client.get({ apiVersion: "v1", kind: "Pod", name: "p" });
    expect([machines.done, kube.done]).toEqual([["inspect"], ["get"]]);
  });

  test.each([
    [{ state: "broken", because: "a restore was begun" }, ["a restore was begun"]],
    [{ state: "broken", because: "a snapshot was begun", undone: "snapshot" }, []],
    [{ state: "broken", because: "half of it is disposed of", undone: "dispose" }, []],
    [{ state: "broken", because: "disposed of", undone: "setup" }, [undefined]],
    [{ state: "dirty", because: "its VMs are off" }, [undefined]],
    [{ state: "clean", because: "restored" }, [undefined]],
  ] as const)("tells its lease what the mark %j says of its VMs", async (mark, said) => {
    const { bed, told } = fence();
    await bed.marks.write({ bed: "lab", at: "y", ...mark });
    expect(told).toEqual(said);
  });
});
