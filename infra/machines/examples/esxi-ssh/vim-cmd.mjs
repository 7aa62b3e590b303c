// What the five scripts share: a standalone ESXi host driven by the user's own ssh and the host's vim-cmd.
// A free licence refuses every write on the host's API (RestrictedVersion); its shell takes them.
import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = Number(process.env.ESXI_POLL_MS ?? "500");
const OUTPUT_LIMIT = 16 * 1024 * 1024;

/** A fault as vim-cmd prints it, `(vim.fault.InvalidPowerState) { … msg = "…" }`; its type is kept. */
export class VimFault extends Error {
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

/** Writes one word for the host's shell. */
export const quote = (word) => `'${String(word).replaceAll("'", `'\\''`)}'`;

const faultIn = (text) => {
  const [, type] = /\((?:vim|vmodl)\.fault\.(\w+)\)/.exec(text) ?? [];
  const [, message = ""] = /\bmsg = "([^"\n]*)"/.exec(text) ?? [];
  return type === undefined ? undefined : new VimFault(type, message);
};

const hostName = () => {
  const host = process.env.ESXI_HOST ?? "";
  if (host === "") throw new Error("ESXI_HOST is not set: write it under machines.environment, as in root@esx1");
  return host;
};

const MARK = "kubera-next";

const ssh = (command) =>
  new Promise((resolve, reject) => {
    // Nothing may ask on a terminal that is not there; who the host is stands in the user's known_hosts.
    const args = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "--", hostName(), command];
    execFile("ssh", args, { maxBuffer: OUTPUT_LIMIT }, (error, stdout, stderr) => {
      const fault = faultIn(`${stdout}\n${stderr}`);
      if (fault !== undefined) reject(fault);
      else if (error === null) resolve(stdout);
      else reject(new Error(`ssh ${hostName()} ended with ${error.code ?? error.signal}: ${stderr.trim() || stdout.trim()}`));
    });
  });

/** What each vim-cmd printed, all over one connection; the first that fails ends it. Words that are not fixed must be quoted. */
export const onHost = async (calls) => {
  const out = await ssh(calls.map((call) => `vim-cmd ${call}`).join(` && echo ${MARK} && `));
  return out.split(`${MARK}\n`);
};

/** Name of the host as inspect tells it. */
export const shownHost = () => hostName().replace(/^.*@/, "");

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9 ._@:+-]*$/;
const PREFIX = "kubera64:";

/** vim-cmd's output does not escape quotes and line breaks, so texts with such are stored in a form without. */
export const encodeText = (text) => (text === "" || PLAIN.test(text) ? text : PREFIX + Buffer.from(text, "utf8").toString("base64url"));
export const decodeText = (text) => (text.startsWith(PREFIX) ? Buffer.from(text.slice(PREFIX.length), "base64url").toString("utf8") : text);

/** All VMs of the host: `{id, name}`; lines of long annotations are passed over. */
export const listVms = async () => {
  const [table = ""] = await onHost(["vmsvc/getallvms"]);
  const rows = table.split("\n").map((line) => /^(\d+)\s+(.+?)\s+\[[^\]]+\] .+\.vmx\s/.exec(line));
  return rows.flatMap((row) => (row === null ? [] : [{ id: row[1], name: row[2] }]));
};

/** The number of the one VM of this name. */
export const idOf = async (name) => {
  const found = (await listVms()).filter((vm) => vm.name === name);
  if (found.length === 1) return found[0].id;
  throw new VimFault("NotFound", `${found.length} VMs of this host are called ${name}`);
};

const FIELD = /^(\s*)(snapshot|name|description|id|createTime|state) = (?:'vim\.vm\.Snapshot:([^']+)'|"(.*)"|(\S+?)),?\s*$/;
/** Two indentations of three columns each below its list. */
const INDENT_PER_LEVEL = 6;

/** The tree of `vmsvc/get.snapshotinfo`, parents before children; the depth of a snapshot is told by its indentation. */
export const readSnapshots = (dump) => {
  const snapshots = [];
  for (const line of dump.split("\n")) {
    const [, indent = "", key, ref, quoted, bare] = FIELD.exec(line) ?? [];
    if (key === "snapshot") snapshots.push({ ref, depth: Math.max(1, Math.round((indent.length - 3) / INDENT_PER_LEVEL)) });
    else if (key !== undefined && snapshots.length > 0) snapshots.at(-1)[key] ??= quoted ?? bare;
  }
  const [, current] = /currentSnapshot = 'vim\.vm\.Snapshot:([^']+)'/.exec(dump) ?? [];
  return { current, snapshots };
};

export const snapshotsOf = async (id) => {
  const [dump = ""] = await onHost([`vmsvc/get.snapshotinfo ${id}`]);
  return readSnapshots(dump);
};

/** The number by which vim-cmd knows a snapshot, from its id in the inventory. */
export const snapshotNumber = async (id, snapshotId) => {
  const found = (await snapshotsOf(id)).snapshots.find((snapshot) => snapshot.ref === snapshotId);
  if (found === undefined) throw new VimFault("ManagedObjectNotFound", `the VM has no snapshot ${snapshotId}`);
  return found.id;
};

export const readPower = (text) => {
  if (/^Powered on$/m.test(text)) return "on";
  return /^Suspended$/m.test(text) ? "suspended" : "off";
};

const tasksIn = (text) => [...text.matchAll(/'vim\.Task:([^']+)'/g)].map((match) => match[1]);

/** A task that the host has forgotten has ended. */
const look = async (id, tasks) => {
  const info = `vmsvc/get.snapshotinfo ${id}`;
  try {
    return await onHost([...tasks.map((task) => `vimsvc/task_info ${quote(task)}`), info]);
  } catch (error) {
    if (error.type !== "ManagedObjectNotFound") throw error;
    return onHost([info]);
  }
};

/** Starts a task on a VM's snapshots, which vim-cmd does not wait for; resolves with what `found` sees in the tree once it has ended. */
export const snapshotTask = async (id, call, found) => {
  const [, list = ""] = await onHost([call, `vmsvc/get.tasklist ${id}`]);
  for (;;) {
    const told = await look(id, tasksIn(list));
    const result = found(readSnapshots(told.at(-1)));
    if (!told.some((text) => /^\s*state = "(running|queued)"/m.test(text)) && result !== undefined) return result;
    await delay(POLL_MS);
  }
};

const readInput = async () => {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  return JSON.parse(text);
};

/** Reads the request, answers it, and keeps the type of a fault; this is all that a script of the driver exec has to do. */
export const answer = async (work) => {
  try {
    process.stdout.write(JSON.stringify(await work(await readInput())));
  } catch (error) {
    if (error instanceof VimFault) process.stdout.write(JSON.stringify({ error: { type: error.type, message: error.message } }));
    else process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};
