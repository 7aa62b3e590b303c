import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pushImage } from "../push-image.ts";
import { command } from "./commands.ts";
import { REGISTRY } from "./plan.ts";

const IMAGE = { repository: "guest", tag: "1" };
export const GUEST_IMAGE = `${REGISTRY}/${IMAGE.repository}:${IMAGE.tag}`;

/** Pushes the program that runs in pods as an image of one layer. */
export const pushGuest = async (binary: string, folder: string): Promise<void> => {
  const tar = `${folder}/guest.tar`;
  const nobody = ["--owner=0", "--group=0", "--mtime=@0"];
  await command("tar", "--create", "--file", tar, ...nobody, "-C", dirname(binary), basename(binary));
  await pushImage(`http://${REGISTRY}`, { ...IMAGE, layer: await readFile(tar), entrypoint: [`/${basename(binary)}`] });
};
