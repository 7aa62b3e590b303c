#!/usr/bin/env node
import { answer, decodeText, listVms, onHost, readPower, readSnapshots, shownHost } from "./vim-cmd.mjs";

const ABOUT = ["vmsvc/power.getstate", "vmsvc/get.runtime", "vmsvc/get.snapshotinfo"];

/** The dump nests, so the nearest one above that is one level up is the parent. */
const parentOf = (snapshots, index) => snapshots.slice(0, index).findLast(({ depth }) => depth === snapshots[index].depth - 1)?.ref;

const describe = (name, [power, runtime, info]) => {
  const { current, snapshots } = readSnapshots(info);
  return {
    name,
    power: readPower(power),
    esxHost: shownHost(),
    snapshots: snapshots.map((snapshot, index) => ({
      id: snapshot.ref,
      name: decodeText(snapshot.name ?? ""),
      description: decodeText(snapshot.description ?? ""),
      createdAt: snapshot.createTime,
      depth: snapshot.depth,
      parentId: parentOf(snapshots, index),
      withMemory: snapshot.state !== "poweredOff",
    })),
    ...(current !== undefined && { currentSnapshot: current }),
    consolidationNeeded: /\bconsolidationNeeded = true\b/.test(runtime),
  };
};

/** Everything about some VMs over one connection. */
const look = async (vms) => {
  const parts = await onHost(vms.flatMap(({ id }) => ABOUT.map((call) => `${call} ${id}`)));
  return vms.map(({ name }, index) => describe(name, parts.slice(index * ABOUT.length, (index + 1) * ABOUT.length)));
};

await answer(async ({ names }) => {
  const all = await listVms();
  const wanted = all.filter((vm) => names.includes(vm.name));
  return { machines: wanted.length === 0 ? [] : await look(wanted), known: all.map((vm) => vm.name) };
});
