// Stands in for `ssh` and the ESXi host behind it: knows the few vim-cmd calls that it plays, with their output as a host prints it,
// and refuses all others. The host lives in the JSON file that FAKE_ESXI names; tasks on snapshots go on after the command returned.
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";

const FILE = process.env.FAKE_ESXI;
const TASK_MS = 20;

const say = (text) => process.stdout.write(`${text}\n`);

class Refusal extends Error {
  constructor(text, code) {
    super(text);
    this.code = code;
  }
}

const fault = (type, message) =>
  new Refusal(
    `(vim.fault.${type}) {\n   faultCause = (vmodl.MethodFault) null, \n   faultMessage = <unset>, \n   msg = "${message}"\n}`,
    1,
  );

/** A shell's words: single quotes and backslashes only; whatever else a shell would act on is refused. */
const commandsOf = (line) => {
  const commands = [[]];
  let word;
  for (let index = 0; index < line.length; index += 1) {
    const sign = line[index];
    if (sign === "'") {
      const end = line.indexOf("'", index + 1);
      if (end < 0) throw new Refusal("sh: syntax error: unterminated quoted string", 2);
      word = (word ?? "") + line.slice(index + 1, end);
      index = end;
    } else if (sign === "\\") {
      index += 1;
      word = (word ?? "") + (line[index] ?? "");
    } else if (sign === " ") {
      if (word !== undefined) commands.at(-1).push(word);
      word = undefined;
    } else if (line.startsWith("&& ", index)) {
      commands.push([]);
      index += 1;
    } else if (/[A-Za-z0-9_.:/@+=,%-]/.test(sign)) word = (word ?? "") + sign;
    else throw new Refusal(`sh: this shell does not know ${JSON.stringify(sign)} outside of quotes`, 2);
  }
  if (word !== undefined) commands.at(-1).push(word);
  return commands.filter((command) => command.length > 0);
};

const locked = (work) => {
  for (;;) {
    try {
      mkdirSync(`${FILE}.lock`);
      break;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  try {
    const host = JSON.parse(readFileSync(FILE, "utf8"));
    try {
      return work(host);
    } finally {
      writeFileSync(`${FILE}.new`, JSON.stringify(host));
      renameSync(`${FILE}.new`, FILE);
    }
  } finally {
    rmdirSync(`${FILE}.lock`);
  }
};

const pathTo = (vm, number) => {
  const found = vm.snapshots.find((snapshot) => snapshot.id === number);
  return found === undefined ? [] : [...pathTo(vm, found.parent), found.id];
};

const EFFECTS = {
  create: (vm, [name, description, memory]) => {
    vm.lastId += 1;
    const state = memory === "1" ? vm.power : "off";
    vm.snapshots.push({ id: vm.lastId, name, description, state, parent: vm.current, createTime: new Date().toISOString() });
    vm.current = vm.lastId;
  },
  revert: (vm, [number]) => {
    vm.current = Number(number);
    vm.power = "off";
  },
  remove: (vm, [number]) => {
    const id = Number(number);
    const path = pathTo(vm, vm.current);
    const gone = vm.snapshots.find((snapshot) => snapshot.id === id);
    vm.snapshots = vm.snapshots.filter((snapshot) => snapshot.id !== id);
    for (const snapshot of vm.snapshots) if (snapshot.parent === id) snapshot.parent = gone.parent;
    vm.current = path.findLast((step) => vm.snapshots.some((snapshot) => snapshot.id === step));
  },
};

const bringUpToDate = (host) => {
  for (const vm of host.vms) {
    const { task } = vm;
    if (task === undefined || task.done || Date.now() < task.endsAt) continue;
    EFFECTS[task.effect](vm, task.args);
    task.done = true;
  }
};

const begin = (vm, effect, args) => {
  if (vm.task !== undefined && !vm.task.done) throw fault("TaskInProgress", "Another task is already in progress.");
  vm.tasks = (vm.tasks ?? 0) + 1;
  const id = `haTask-${vm.id}-vim.VirtualMachine.${effect}Snapshot-${vm.tasks}`;
  vm.task = { id, effect, args, done: false, endsAt: Date.now() + TASK_MS };
};

const treeOf = (vm, parent, indent) => {
  const nodes = vm.snapshots.filter((snapshot) => snapshot.parent === parent);
  const inner = `${indent}   `;
  const rows = nodes.map((snapshot) =>
    [
      `${indent}(vim.vm.SnapshotTree) {`,
      `${inner}snapshot = 'vim.vm.Snapshot:${vm.id}-snapshot-${snapshot.id}', `,
      `${inner}vm = 'vim.VirtualMachine:${vm.id}', `,
      `${inner}name = "${snapshot.name}", `,
      `${inner}description = "${snapshot.description}", `,
      `${inner}id = ${snapshot.id}, `,
      `${inner}createTime = "${snapshot.createTime}", `,
      `${inner}state = "powered${snapshot.state === "on" ? "On" : "Off"}", `,
      `${inner}quiesced = false, `,
      `${inner}backupManifest = <unset>, `,
      `${inner}childSnapshotList = (vim.vm.SnapshotTree) [${treeOf(vm, snapshot.id, `${inner}   `)}], `,
      `${inner}replaySupported = false`,
      `${indent}}`,
    ].join("\n"),
  );
  return rows.length === 0 ? "" : `\n${rows.join(", \n")}\n${indent.slice(3)}`;
};

const snapshotInfo = (vm) =>
  vm.snapshots.length === 0
    ? "Get Snapshot:\n"
    : [
        "Get Snapshot:",
        "(vim.vm.SnapshotInfo) {",
        `   currentSnapshot = ${vm.current === undefined ? "<unset>" : `'vim.vm.Snapshot:${vm.id}-snapshot-${vm.current}'`}, `,
        `   rootSnapshotList = (vim.vm.SnapshotTree) [${treeOf(vm, undefined, "      ")}]`,
        "}",
      ].join("\n");

const POWER_WORDS = { on: "Powered on", off: "Powered off", suspended: "Suspended" };

const power = (wanted, label) => (vm) => {
  if (vm.power === wanted) {
    say(`Power ${wanted} failed`);
    throw fault("InvalidPowerState", `The attempted operation cannot be performed in the current state (${POWER_WORDS[vm.power]}).`);
  }
  if (vm.task !== undefined && !vm.task.done) throw fault("TaskInProgress", "Another task is already in progress.");
  vm.power = wanted;
  say(label);
};

const known = (vm, number) => {
  if (vm.snapshots.some((snapshot) => snapshot.id === Number(number))) return;
  throw fault("NotFound", "Unable to find a snapshot corresponding to the snapshot ID");
};

const ON_VM = {
  "vmsvc/power.getstate": (vm) => say(`Retrieved runtime info\n${POWER_WORDS[vm.power]}`),
  "vmsvc/power.on": power("on", "Powering on VM:"),
  "vmsvc/power.off": power("off", "Powering off VM:"),
  "vmsvc/get.runtime": (vm) =>
    say(
      `Runtime information\n(vim.vm.RuntimeInfo) {\n   powerState = "powered${vm.power === "on" ? "On" : "Off"}", \n   consolidationNeeded = ${vm.consolidate === true}, \n}`,
    ),
  "vmsvc/get.snapshotinfo": (vm) => say(snapshotInfo(vm)),
  "vmsvc/get.tasklist": (vm) => say(`(ManagedObjectReference) [\n${vm.task === undefined ? "" : `   'vim.Task:${vm.task.id}'\n`}]`),
  "vmsvc/snapshot.create": (vm, name, ...args) => {
    if (name === undefined || name.length > 80) throw fault("InvalidArgument", "A specified parameter was not correct: name");
    say("Create Snapshot:");
    begin(vm, "create", [name, ...args]);
  },
  "vmsvc/snapshot.revert": (vm, number, ...args) => {
    known(vm, number);
    say("Revert Snapshot:");
    begin(vm, "revert", [number, ...args]);
  },
  "vmsvc/snapshot.remove": (vm, number, ...args) => {
    known(vm, number);
    say("Remove Snapshot:");
    begin(vm, "remove", [number, ...args]);
  },
};

const taskInfo = (host, id) => {
  const task = host.vms.map((vm) => vm.task).find((candidate) => candidate?.id === id);
  if (task === undefined) throw new Refusal('(vmodl.fault.ManagedObjectNotFound) {\n   msg = "The task has been deleted"\n}', 1);
  say(`(vim.TaskInfo) {\n   key = "${id}", \n   state = "${task.done ? "success" : "running"}", \n}`);
};

const vimCmd = (host, [name = "", id, ...args]) => {
  bringUpToDate(host);
  if (name === "vmsvc/getallvms") {
    say("Vmid      Name       File                            Guest OS       Version   Annotation");
    for (const vm of host.vms) say(`${vm.id}     ${vm.name}     [datastore1] ${vm.name}/${vm.name}.vmx     ubuntu64Guest     vmx-19     `);
    return;
  }
  if (name === "vimsvc/task_info") return taskInfo(host, id);
  const method = ON_VM[name];
  if (method === undefined) throw new Refusal(`Invalid command '${name}'.`, 255);
  const vm = host.vms.find((candidate) => String(candidate.id) === id);
  if (vm === undefined) throw fault("NotFound", `Unable to find a VM corresponding to "${id}"`);
  const planned = host.faults?.findIndex((one) => one.command === name) ?? -1;
  if (planned >= 0) {
    const [{ type, message }] = host.faults.splice(planned, 1);
    throw fault(type, message);
  }
  return method(vm, ...args);
};

const run = (host, [program, ...args]) => {
  if (program === "echo") return say(args.join(" "));
  if (program === "vim-cmd") return vimCmd(host, args);
  throw new Refusal(`sh: ${program}: not found`, 127);
};

const main = ([...args]) => {
  while (args[0] === "-o") args.splice(0, 2);
  if (args.shift() !== "--") throw new Refusal("ssh: the destination must come behind --", 255);
  const destination = args.shift();
  locked((host) => {
    if (destination !== host.destination)
      throw new Refusal(`ssh: Could not resolve hostname ${destination}: Name or service not known`, 255);
    for (const command of commandsOf(args.join(" "))) run(host, command);
  });
};

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.code ?? 1;
}
