import type { FactIndex } from "./facts.ts";
import type { Timed } from "./group.ts";

/** One complaint about pulling an image, or one pull that went well. */
export interface Pull extends Timed {
  readonly image: string;
  /** Registry host as the image reference names it. */
  readonly host: string;
  readonly message: string;
}

const WAITING = new Set(["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"]);

/** Registry host of an image reference; without one the runtime asks Docker Hub. */
const registryOf = (image: string): string => {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
};

const pullOf = (timed: Timed, message: string, given?: string): Pull[] => {
  // Events carry the image in their sentence only.
  const image = timed.fact.scope.image ?? given ?? /image "([^"]+)"/.exec(message)?.[1];
  return image === undefined ? [] : [{ fact: timed.fact, atMs: timed.atMs, image, host: registryOf(image), message }];
};

/** Pulls that failed, with what the registry or the network said. */
export const failedPulls = (facts: FactIndex): Pull[] => [
  ...facts.events("Failed").flatMap((seen) => pullOf(seen, seen.data.message ?? "")),
  ...facts
    .pods()
    .filter(({ data }) => WAITING.has(data["waiting.reason"] ?? ""))
    .flatMap((seen) => pullOf(seen, seen.data["waiting.message"] ?? "", seen.data.image)),
];

export const goodPulls = (facts: FactIndex): Pull[] =>
  facts
    .events("Pulled")
    .flatMap((seen) => (seen.data.message?.includes("already present") === true ? [] : pullOf(seen, seen.data.message ?? "")));
