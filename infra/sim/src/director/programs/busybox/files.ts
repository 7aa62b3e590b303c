import { basename, dirname } from "node:path";
import type { ProgramContext, ProgramEnd } from "../../../kubernetes/program.ts";
import { textAt } from "../../json.ts";
import { isReplica, jivaRevision } from "../../volume-access.ts";
import { folderAt } from "./mounts.ts";
import { failed, refused } from "./refused.ts";

const START_MS = 500;
const HOSTPATH = "/var/openebs/local";

const isOnDevice = ({ store }: ProgramContext, volume: string): boolean =>
  textAt(store.get(store.resource("PersistentVolume"), undefined, volume)?.spec, "local", "path")?.startsWith("/dev/") === true;

/** `ls` of the one folder that a node has. */
export const listed = async (context: ProgramContext): Promise<ProgramEnd> => {
  const { args, machine, signal, time } = context;
  await time.delay(START_MS, signal);
  if (args.length !== 3 || args[1] !== "-1" || folderAt(context, args[2] ?? "") !== HOSTPATH) return refused(context);
  const folders = [...machine.disk.volumes.keys()].filter((key) => !isReplica(key) && !isOnDevice(context, key));
  for (const volume of folders.toSorted()) context.log(volume);
  return { exitCode: 0 };
};

/** Where a replica of Jiva lies, in a folder that is called as its volume. */
const JIVA_FOLDER = /^\/var\/openebs\/([^/]+)$/;
const COUNTER = "revision.counter";
const BLOCK_BYTES = 4096;

/** `cat` of the one file that is known beside the data of a replica. */
export const shown = async (context: ProgramContext): Promise<ProgramEnd> => {
  const { args, machine, signal, store, time } = context;
  const path = args[1] ?? "";
  const [, volume] = JIVA_FOLDER.exec(folderAt(context, dirname(path)) ?? "") ?? [];
  await time.delay(START_MS, signal);
  if (args.length !== 2 || basename(path) !== COUNTER || volume === undefined) return refused(context);
  const revision = jivaRevision({ store, volume }, machine.disk.volumes);
  if (revision === undefined) return failed(context, `cat: can't open '${path}': No such file or directory`);
  context.log(String(revision).padEnd(BLOCK_BYTES, "\0"));
  return { exitCode: 0 };
};
