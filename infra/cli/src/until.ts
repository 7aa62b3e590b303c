import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** The phase after which a restore stops. Error: `USAGE` for any but same-set. */
export const untilOf = (text: string | undefined): "same-set" | undefined => {
  if (text === undefined || text === "same-set") return text;
  throw new KuberaError("USAGE", {
    what: `--until ${text} is no place where a restore can stop`,
    where: "e2e bed restore --until",
    because: "only behind the phase same-set are all VMs in one known condition",
    fix: "Write --until same-set, or leave it out for a whole restore.",
  });
};
