import type { ProgramContext } from "../../../kubernetes/program.ts";
import { listAt, textAt } from "../../json.ts";

/** What the container mounts at a path, as the pod's volumes say it. */
const volumeAt = ({ pod, container }: ProgramContext, path: string): unknown => {
  const spec = listAt(pod.spec, "containers").find((one) => textAt(one, "name") === container);
  const mount = listAt(spec, "volumeMounts").find((one) => textAt(one, "mountPath") === path);
  return listAt(pod.spec, "volumes").find((volume) => textAt(volume, "name") === textAt(mount, "name"));
};

/** The folder of the node that the container has at a path. */
export const folderAt = (context: ProgramContext, path: string): string | undefined => textAt(volumeAt(context, path), "hostPath", "path");

export const claimAt = (context: ProgramContext, path: string): string | undefined =>
  textAt(volumeAt(context, path), "persistentVolumeClaim", "claimName");
