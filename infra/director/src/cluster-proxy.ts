import { z } from "zod";
import type { DirectorDoor } from "./director-door.ts";

const itemSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});

/** Kubernetes' own list; Director hands it on as the cluster gave it. */
const listSchema = z.looseObject({ kind: z.string().endsWith("List"), items: z.array(itemSchema) });

export type ProxiedObject = z.infer<typeof itemSchema>;

/** A connected cluster as Director's topology view sees it: Kubernetes' own API, read through the agents. */
export class ClusterProxy {
  readonly #door: DirectorDoor;
  readonly #base: string;

  constructor(door: DirectorDoor, base: string) {
    this.#door = door;
    this.#base = base;
  }

  /**
   * Objects of one kind by Kubernetes' path: `list("apis/openebs.io/v1alpha1/blockdevices")`, `list("api/v1/namespaces/openebs/pods")`.
   *
   * Errors: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, those of the room http.
   */
  async list(path: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly ProxiedObject[]> {
    return (await this.#door.call(listSchema, { method: "GET", path: `${this.#base}/${path}`, signal })).items;
  }
}
