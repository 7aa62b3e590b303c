/** Where an image lies: registry host, repository, and the tag or digest that is asked for. */
export interface ImageReference {
  readonly host: string;
  readonly repository: string;
  readonly reference: string;
}

const DEFAULT_HOST = "docker.io";

const isHost = (part: string): boolean => part.includes(".") || part.includes(":") || part === "localhost";

/** Parses `host:port/repository:tag`; undefined when it is no reference at all. */
export const parseImage = (image: string): ImageReference | undefined => {
  const [first = "", ...rest] = image.split("/");
  const hasHost = rest.length > 0 && isHost(first);
  const host = hasHost ? first : DEFAULT_HOST;
  const path = hasHost ? rest.join("/") : image;
  const [, repository = "", tag, digest] =
    /^([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(path) ?? [];
  if (repository === "") return undefined;
  return {
    host,
    repository: hasHost || repository.includes("/") ? repository : `library/${repository}`,
    reference: digest ?? tag ?? "latest",
  };
};
