#!/usr/bin/env node
import { answer, idOf, onHost, readPower } from "./vim-cmd.mjs";

await answer(async ({ name, to }) => {
  const id = await idOf(name);
  const state = `vmsvc/power.getstate ${id}`;
  const [before = ""] = await onHost([state]);
  if (readPower(before) === to) return {};
  const [, after = ""] = await onHost([`vmsvc/power.${to === "on" ? "on" : "off"} ${id}`, state]);
  if (readPower(after) !== to) throw new Error(`the VM is ${readPower(after)} after vim-cmd power.${to}`);
  return {};
});
