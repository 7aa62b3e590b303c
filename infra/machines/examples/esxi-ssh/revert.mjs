#!/usr/bin/env node
import { answer, idOf, snapshotNumber, snapshotTask } from "./vim-cmd.mjs";

await answer(async ({ name, snapshotId }) => {
  const id = await idOf(name);
  // The last word keeps a VM off whose snapshot was taken of a running one.
  const call = `vmsvc/snapshot.revert ${id} ${await snapshotNumber(id, snapshotId)} 1`;
  await snapshotTask(id, call, ({ current }) => (current === snapshotId ? current : undefined));
  return {};
});
