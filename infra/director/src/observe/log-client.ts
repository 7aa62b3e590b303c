import { z } from "zod";
import type { DirectorDoor } from "../director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

const kubernetesSchema = z.looseObject({ namespace_name: z.string(), pod_name: z.string(), container_name: z.string() });
const lineSchema = z.looseObject({ log: z.string(), cluster_uuid: z.string(), kubernetes: kubernetesSchema });
const hitsSchema = z.looseObject({ hits: z.looseObject({ hits: z.array(z.looseObject({ _source: lineSchema })) }) });
const healthSchema = z.looseObject({ status: z.enum(["green", "yellow", "red"]) });

/** A line that a container wrote, and where it ran. */
export interface LogLine {
  readonly text: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly pod: string;
}

export interface LogWish extends Call {
  /** A part of the line. */
  readonly phrase?: string;
  readonly clusterId?: string;
  readonly namespace?: string;
  /** Begin of the pod's name. */
  readonly podPrefix?: string;
}

const clausesOf = ({ phrase, clusterId, namespace, podPrefix }: LogWish): readonly object[] => [
  ...(phrase === undefined ? [] : [{ match_phrase: { log: phrase } }]),
  ...(clusterId === undefined ? [] : [{ term: { "cluster_uuid.keyword": clusterId } }]),
  ...(namespace === undefined ? [] : [{ term: { "kubernetes.namespace_name.keyword": namespace } }]),
  ...(podPrefix === undefined ? [] : [{ prefix: { "kubernetes.pod_name.keyword": podPrefix } }]),
];

/** Elasticsearch as one project has it. Errors of every method: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, those of the room http. */
export class LogClient {
  readonly #door: DirectorDoor;

  constructor(door: DirectorDoor) {
    this.#door = door;
  }

  /** At most a hundred lines of all clusters of the project. */
  async find({ signal, ...wish }: LogWish): Promise<readonly LogLine[]> {
    const body = { size: 100, query: { bool: { filter: clausesOf(wish) } } };
    const { hits } = await this.#door.call(hitsSchema, { method: "POST", path: "/elasticsearch/_search", body, signal });
    return hits.hits.map(({ _source: { log, cluster_uuid, kubernetes } }) => ({
      text: log,
      clusterId: cluster_uuid,
      namespace: kubernetes.namespace_name,
      pod: kubernetes.pod_name,
    }));
  }

  /** What Elasticsearch calls itself. */
  async health({ signal }: Call = {}): Promise<"green" | "yellow" | "red"> {
    return (await this.#door.call(healthSchema, { method: "GET", path: "/elasticsearch/_cluster/health", signal })).status;
  }
}
