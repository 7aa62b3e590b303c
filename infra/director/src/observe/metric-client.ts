import { z } from "zod";
import type { DirectorDoor } from "../director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

const QUERY = "/maya-cortex-pull/api/prom/api/v1/query";

const seriesSchema = z.object({
  metric: z.record(z.string(), z.string()),
  // Prometheus writes the moment as a number of seconds and the value as text.
  value: z.tuple([z.number(), z.string()]),
});
const answerSchema = z.looseObject({
  status: z.literal("success"),
  data: z.looseObject({ resultType: z.literal("vector"), result: z.array(seriesSchema) }),
});

/** One series at one moment: its labels, and its value as a number. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metrics of one project. Errors of every method: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, those of the room http. */
export class MetricClient {
  readonly #door: DirectorDoor;

  constructor(door: DirectorDoor) {
    this.#door = door;
  }

  /**
   * An instant query in PromQL: `query('openebs_size_of_volume{openebs_pvc="data"}')`, of now or of a moment in seconds since 1970.
   * Empty when there is no such series.
   */
  async query(query: string, { at, signal }: Call & { readonly at?: number } = {}): Promise<readonly Series[]> {
    const asked = { query, ...(at !== undefined && { time: String(at) }) };
    const { data } = await this.#door.call(answerSchema, { method: "GET", path: QUERY, query: asked, signal });
    return data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  }
}
