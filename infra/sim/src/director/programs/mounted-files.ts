import { listAt, textAt } from "../json.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";

/** The claim that the pod mounts. */
const claimOf = ({ pod }: ProgramContext): string | undefined =>
  listAt(pod.spec, "volumes")
    .map((volume) => textAt(volume, "persistentVolumeClaim", "claimName"))
    .find((claim) => claim !== undefined);

/** What a database keeps on the volume of its pod. Throws when the pod mounts none. */
export const mountedFiles = (context: ProgramContext, what: string) => {
  const claim = claimOf(context);
  if (claim === undefined) throw new Error(`the pod mounts no claim to keep ${what} on`);
  return { read: () => context.readVolume(claim), write: (state: unknown) => context.writeVolume(claim, state) };
};
