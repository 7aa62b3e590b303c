import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { attempt, command } from "./commands.ts";
import { mountsWithin } from "./mounts.ts";
import type { PeerNode } from "./plan.ts";

/** Sparse: what is not written takes no room. */
const SIZE = "2G";
const UNMOUNT_LIMIT_MS = 10_000;

const format = async (image: string): Promise<void> => {
  mkdirSync(dirname(image), { recursive: true, mode: 0o700 });
  await command("truncate", `--size=${SIZE}`, `${image}.part`);
  await command("mkfs.ext4", "-q", "-m", "0", `${image}.part`);
  renameSync(`${image}.part`, image);
};

/** The node's disk is a file system of its own, so that it can be full, and be copied as one file. */
export const mountDisk = async ({ image, disk }: PeerNode): Promise<void> => {
  if (!existsSync(image)) await format(image);
  mkdirSync(disk, { recursive: true, mode: 0o700 });
  if (!mountsWithin(disk).includes(disk)) await command("mount", "-o", "loop", image, disk);
};

/** Takes down what is mounted below the node's folders, and then its disk. Error: `WAIT_DEADLINE`. */
export const unmountAll = async ({ name, run, disk }: PeerNode): Promise<void> => {
  for (const mount of [...mountsWithin(run), ...mountsWithin(disk)]) if (mount !== disk) await attempt("umount", "--lazy", mount);
  await waitUntil({
    what: `the disk of ${name} is unmounted`,
    deadlineMs: UNMOUNT_LIMIT_MS,
    intervalMs: 80,
    probe: async () => {
      // Never lazily: a copy of a disk that is still written to would be broken.
      await attempt("umount", disk);
      return mountsWithin(disk).length === 0 ? reached(undefined) : notYet("something still uses it");
    },
    fix: `See what holds it (grep ${disk} /proc/*/mountinfo), end that, and run \`pnpm peers down\`.`,
  });
};
