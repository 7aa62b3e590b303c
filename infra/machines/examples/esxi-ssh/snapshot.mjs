#!/usr/bin/env node
import { answer, encodeText, idOf, quote, snapshotsOf, snapshotTask } from "./vim-cmd.mjs";

await answer(async ({ name, snapshot }) => {
  const id = await idOf(name);
  const before = new Set((await snapshotsOf(id)).snapshots.map(({ ref }) => ref));
  const words = [encodeText(snapshot.name), encodeText(snapshot.description)].map(quote).join(" ");
  // Neither with memory nor quiesced.
  const call = `vmsvc/snapshot.create ${id} ${words} 0 0`;
  return { id: await snapshotTask(id, call, ({ snapshots }) => snapshots.find(({ ref }) => !before.has(ref))?.ref) };
});
