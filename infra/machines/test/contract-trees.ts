import { expect } from "vitest";
import { find, look, refusal, take, type ContractCase } from "./contract-case.ts";

const DEEP = 8;

/** One after the other, each on top of the one before. */
const chain = async (takeNext: (name: string) => Promise<string>, length: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 1; index <= length; index += 1) ids.push(await takeNext(`level ${index}`));
  return ids;
};

/** Trees of snapshots as sets, retention and freezes make them. */
export const TREE_CASES: readonly ContractCase[] = [
  {
    title: "tells the depth of every snapshot of a deep tree, parents before children",
    run: async ({ machines, vm }) => {
      const ids = await chain((name) => take(machines, vm, name), DEEP);
      const { snapshots, currentSnapshot } = await look(machines, vm);
      expect(snapshots.map(({ id, depth, parentId }) => [id, depth, parentId])).toEqual(
        ids.map((id, index) => [id, index + 1, ids[index - 1]]),
      );
      expect(currentSnapshot).toBe(ids.at(-1));
    },
  },
  {
    title: "reverts over several levels, and keeps what lies below",
    run: async ({ machines, vm }) => {
      const ids = await chain((name) => take(machines, vm, name), 4);
      await machines.revert(vm, ids[0] ?? "");
      const info = await look(machines, vm);
      expect(info.currentSnapshot).toBe(ids[0]);
      expect(info.snapshots.map(({ id }) => id)).toEqual(ids);
    },
  },
  {
    title: "keeps siblings apart: three branches of one snapshot",
    run: async ({ machines, vm }) => {
      const root = await take(machines, vm, "root");
      const branches: string[] = [];
      for (const name of ["a", "b", "c"]) {
        await machines.revert(vm, root);
        branches.push(await take(machines, vm, name));
      }
      const info = await look(machines, vm);
      expect(branches.map((id) => find(info, id)?.depth)).toEqual([2, 2, 2]);
      expect(new Set(branches.map((id) => find(info, id)?.parentId)).size).toBe(1);
      expect(info.snapshots).toHaveLength(4);
      expect(info.currentSnapshot).toBe(branches[2]);
    },
  },
  {
    title: "moves a whole chain up when its root is removed",
    run: async ({ machines, vm }) => {
      const [root = "", ...rest] = await chain((name) => take(machines, vm, name), 4);
      await machines.removeSnapshot(vm, root);
      const info = await look(machines, vm);
      expect(info.snapshots.map(({ id, depth }) => [id, depth])).toEqual(rest.map((id, index) => [id, index + 1]));
      expect(info.currentSnapshot).toBe(rest.at(-1));
    },
  },
  {
    title: "makes the parent current when the current snapshot is removed",
    run: async ({ machines, vm }) => {
      const [first = "", second = "", third = ""] = await chain((name) => take(machines, vm, name), 3);
      await machines.revert(vm, second);
      await machines.removeSnapshot(vm, second);
      const info = await look(machines, vm);
      expect(info.currentSnapshot).toBe(first);
      expect(info.snapshots.map(({ id, depth }) => [id, depth])).toEqual([
        [first, 1],
        [third, 2],
      ]);
    },
  },
  {
    title: "has no current snapshot after the last one is removed",
    run: async ({ machines, vm }) => {
      await machines.removeSnapshot(vm, await take(machines, vm, "only"));
      const info = await look(machines, vm);
      expect(info).toMatchObject({ snapshots: [] });
      expect(info).not.toHaveProperty("currentSnapshot");
    },
  },
  {
    title: "tells two snapshots of one name apart by their ids",
    run: async ({ machines, vm }) => {
      const first = await take(machines, vm, "same");
      const second = await take(machines, vm, "same");
      expect(first).not.toBe(second);
      await machines.removeSnapshot(vm, first);
      expect((await look(machines, vm)).snapshots.map(({ id, name }) => [id, name])).toEqual([[second, "same"]]);
    },
  },
  {
    title: "takes a name of 80 characters and an empty description",
    run: async ({ machines, vm }) => {
      const name = "n".repeat(80);
      const id = await machines.snapshot(vm, { name, description: "" });
      expect(find(await look(machines, vm), id)).toMatchObject({ name, description: "" });
    },
  },
  {
    title: "stays where it is when it reverts to the snapshot it is on",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      const id = await take(machines, vm, "here");
      await machines.revert(vm, id);
      await machines.revert(vm, id);
      expect(await look(machines, vm)).toMatchObject({ power: "off", currentSnapshot: id });
    },
  },
  {
    title: "stays on its snapshot when it is powered on after a revert",
    run: async ({ machines, vm }) => {
      const [first = ""] = await chain((name) => take(machines, vm, name), 2);
      await machines.powerOff(vm);
      await machines.revert(vm, first);
      await machines.powerOn(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "on", currentSnapshot: first });
    },
  },
  {
    title: "shows another client the same ids",
    run: async ({ peer, machines, vm }) => {
      const ids = await chain((name) => take(machines, vm, name), 2);
      const other = peer.open();
      const info = await look(other, vm);
      await other.close();
      expect(info.snapshots.map(({ id }) => id)).toEqual(ids);
    },
  },
  {
    title: "goes on with a snapshot that another client took",
    run: async ({ peer, machines, vm }) => {
      const other = peer.open();
      await machines.powerOff(vm);
      const id = await take(other, vm, "by the other");
      await take(other, vm, "later");
      await other.close();
      await machines.revert(vm, id);
      expect(await look(machines, vm)).toMatchObject({ currentSnapshot: id });
    },
  },
  {
    title: "refuses a snapshot that another client has removed meanwhile",
    run: async ({ peer, machines, vm }) => {
      const id = await take(machines, vm, "short-lived");
      await look(machines, vm);
      const other = peer.open();
      await other.removeSnapshot(vm, id);
      await other.close();
      expect(await refusal(machines.revert(vm, id))).toContain(`VM "${vm}" has no snapshot ${id}`);
    },
  },
  {
    title: "leaves no disk behind that no snapshot needs",
    needs: ["needConsolidation"],
    run: async ({ peer, machines, vm }) => {
      const id = await take(machines, vm, "locked");
      peer.needConsolidation?.(vm);
      expect(await look(machines, vm)).toMatchObject({ consolidationNeeded: true });
      await machines.removeSnapshot(vm, id);
      expect(await look(machines, vm)).toMatchObject({ consolidationNeeded: false, snapshots: [] });
    },
  },
];
