import { expect } from "vitest";
import { readSetManifest, writeSetManifest, type SetManifest } from "@kubera-e2e/schema/set";
import { find, look, refusal, take, type ContractCase } from "./contract-case.ts";

const MANIFEST: SetManifest = {
  schema: "kubera-e2e/set@1",
  set: "s-2026-01-01",
  bed: "konvoy",
  state: "director@1.12.0",
  takenAt: "2026-01-01T00:00:00.000Z",
  memory: false,
  vms: 4,
};

/** Taking snapshots and what the tree says of them. */
export const SNAPSHOT_CASES: readonly ContractCase[] = [
  {
    title: "takes a snapshot of a VM that is off without memory",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      const id = await take(machines, vm, "cold");
      expect(find(await look(machines, vm), id)).toMatchObject({ name: "cold", depth: 1, withMemory: false });
    },
  },
  {
    title: "takes a snapshot of a running VM without memory",
    run: async ({ machines, vm }) => {
      const id = await take(machines, vm, "warm");
      expect(find(await look(machines, vm), id)).toMatchObject({ withMemory: false });
    },
  },
  {
    title: "keeps name and description to the letter",
    run: async ({ machines, vm }) => {
      const request = { name: 'a <b> & "c" 100% — ü', description: `first line\n${'{"k":"<v>&amp;"} '.repeat(200)}ende` };
      const id = await machines.snapshot(vm, request);
      expect(find(await look(machines, vm), id)).toMatchObject(request);
    },
  },
  {
    title: "keeps the manifest of a set",
    run: async ({ machines, vm }) => {
      const id = await machines.snapshot(vm, { name: "set", description: writeSetManifest(MANIFEST) });
      const snapshot = find(await look(machines, vm), id);
      expect(readSetManifest(snapshot?.description ?? "")).toEqual(MANIFEST);
    },
  },
  {
    title: "tells when a snapshot was taken",
    run: async ({ machines, vm }) => {
      const id = await take(machines, vm, "now");
      const at = Date.parse(find(await look(machines, vm), id)?.createdAt ?? "");
      expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
    },
  },
  {
    title: "makes a new snapshot the current one, below the one before",
    run: async ({ machines, vm }) => {
      const first = await take(machines, vm, "first");
      const second = await take(machines, vm, "second");
      const info = await look(machines, vm);
      expect(info.currentSnapshot).toBe(second);
      expect(info.snapshots.map(({ id, depth }) => [id, depth])).toEqual([
        [first, 1],
        [second, 2],
      ]);
    },
  },
  {
    title: "takes snapshots of many VMs at the same time, each with an id of its own",
    run: async ({ machines, vm, others }) => {
      const names = [vm, ...others];
      const ids = await Promise.all(names.map((name) => take(machines, name, `of ${name}`)));
      expect(new Set(ids).size).toBe(names.length);
      expect((await machines.inspect(names)).map((info) => info.currentSnapshot)).toEqual(ids);
    },
  },
  {
    title: "leaves the power of a VM as it is when it takes a snapshot",
    run: async ({ machines, vm }) => {
      await take(machines, vm, "warm");
      expect(await look(machines, vm)).toMatchObject({ power: "on" });
    },
  },
];

/** Going back to snapshots, and taking them away. */
export const REVERT_CASES: readonly ContractCase[] = [
  {
    title: "makes the snapshot current that it reverts to",
    run: async ({ machines, vm }) => {
      const first = await take(machines, vm, "first");
      await take(machines, vm, "second");
      await machines.revert(vm, first);
      expect(await look(machines, vm)).toMatchObject({ currentSnapshot: first });
    },
  },
  {
    title: "grows a branch from the snapshot that it reverted to",
    run: async ({ machines, vm }) => {
      const first = await take(machines, vm, "first");
      await take(machines, vm, "second");
      await machines.revert(vm, first);
      const third = await take(machines, vm, "third");
      const info = await look(machines, vm);
      expect(find(info, third)).toMatchObject({ depth: 2 });
      expect(info.snapshots).toHaveLength(3);
    },
  },
  {
    title: "leaves a VM off that was off when it reverts it",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      const id = await take(machines, vm, "cold");
      await machines.revert(vm, id);
      expect(await look(machines, vm)).toMatchObject({ power: "off", currentSnapshot: id });
    },
  },
  {
    title: "leaves a running VM off when it reverts it to a snapshot without memory",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      const id = await take(machines, vm, "cold");
      await machines.powerOn(vm);
      await machines.revert(vm, id);
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
  {
    title: "reverts many VMs at the same time",
    run: async ({ machines, vm, others }) => {
      const names = [vm, ...others];
      const ids = await Promise.all(names.map((name) => take(machines, name, "base")));
      await Promise.all(names.map((name) => take(machines, name, "later")));
      await Promise.all(names.map((name, index) => machines.revert(name, ids[index] ?? "")));
      expect((await machines.inspect(names)).map((info) => info.currentSnapshot)).toEqual(ids);
    },
  },
  {
    title: "refuses to revert to a snapshot that is not there, and changes nothing",
    run: async ({ peer, machines, vm }) => {
      const id = await take(machines, vm, "only");
      expect(await refusal(machines.revert(vm, "snapshot-0"))).toContain(`[${peer.refusal}] VM "${vm}" has no snapshot snapshot-0`);
      expect(await look(machines, vm)).toMatchObject({ currentSnapshot: id });
    },
  },
  {
    title: "refuses to revert a VM to another VM's snapshot",
    run: async ({ machines, vm, others: [other = ""] }) => {
      const id = await take(machines, other, "of the other");
      expect(await refusal(machines.revert(vm, id))).toContain("it has no snapshot at all");
    },
  },
  {
    title: "removes a snapshot",
    run: async ({ machines, vm }) => {
      const first = await take(machines, vm, "first");
      const second = await take(machines, vm, "second");
      await machines.removeSnapshot(vm, second);
      const info = await look(machines, vm);
      expect(info.snapshots.map(({ id }) => id)).toEqual([first]);
      expect(info.currentSnapshot).toBe(first);
    },
  },
  {
    title: "moves the children up when it removes a snapshot between",
    run: async ({ machines, vm }) => {
      const first = await take(machines, vm, "first");
      const second = await take(machines, vm, "second");
      const third = await take(machines, vm, "third");
      await machines.removeSnapshot(vm, second);
      const info = await look(machines, vm);
      expect(info.snapshots.map(({ id, depth }) => [id, depth])).toEqual([
        [first, 1],
        [third, 2],
      ]);
      expect(info.currentSnapshot).toBe(third);
    },
  },
  {
    title: "refuses to remove a snapshot twice",
    run: async ({ peer, machines, vm }) => {
      const id = await take(machines, vm, "once");
      await machines.removeSnapshot(vm, id);
      expect(await refusal(machines.removeSnapshot(vm, id))).toContain(`[${peer.refusal}] VM "${vm}" has no snapshot ${id}`);
    },
  },
];
