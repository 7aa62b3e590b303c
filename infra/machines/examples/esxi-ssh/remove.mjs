#!/usr/bin/env node
import { answer, idOf, snapshotNumber, snapshotTask } from "./vim-cmd.mjs";

await answer(async ({ name, snapshotId }) => {
  const id = await idOf(name);
  // Its children stay and move up.
  const call = `vmsvc/snapshot.remove ${id} ${await snapshotNumber(id, snapshotId)} 0`;
  await snapshotTask(id, call, ({ snapshots }) => (snapshots.every(({ ref }) => ref !== snapshotId) ? "gone" : undefined));
  return {};
});
