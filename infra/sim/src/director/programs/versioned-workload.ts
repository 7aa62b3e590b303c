import { listAt, recordAt, textAt, type JsonRecord } from "../json.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import { VERSION_LABEL } from "../cstor-kinds.ts";

/** `registry/openebs/cvc-operator:2.0.0-ee` → `2.0.0-ee`; empty without a tag. */
export const tagOf = (image: string): string => image.split("/").at(-1)?.split(":")[1] ?? "";

/** Another image of the same registry and owner: `imageBeside("registry/openebs/cvc-operator:2.0.0-ee", "jiva", "2.0.0-ee")`. */
export const imageBeside = (image: string, name: string, version: string = tagOf(image)): string =>
  image.replace(/[^/]+$/, `${name}:${version}`);

const retagged = (container: unknown, version: string): JsonRecord => {
  const image = textAt(container, "image") ?? "";
  const untagged = image.slice(0, image.lastIndexOf(":") > image.lastIndexOf("/") ? image.lastIndexOf(":") : undefined);
  return { ...recordAt(container), image: `${untagged}:${version}` };
};

/** The workload with images and labels of another version; its selector stays. */
export const upgraded = (object: KubeObject, version: string): KubeObject => {
  const template = recordAt(object.spec, "template");
  const labels = { ...recordAt(template, "metadata", "labels"), [VERSION_LABEL]: version };
  const containers = listAt(template, "spec", "containers").map((container) => retagged(container, version));
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, [VERSION_LABEL]: version } },
    spec: {
      ...object.spec,
      template: {
        ...template,
        metadata: { ...recordAt(template, "metadata"), labels },
        spec: { ...recordAt(template, "spec"), containers },
      },
    },
  };
};
