import { z } from "zod";
import type { DirectorDoor } from "../director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

const STORE = "/alertstore/alerts";

const texts = z.record(z.string(), z.string());
const alertSchema = z.looseObject({
  id: z.string().min(1),
  labels: texts.and(z.looseObject({ alertname: z.string(), job: z.string() })),
  annotations: texts,
  acknowledged: z.boolean(),
});
const listSchema = z.looseObject({ data: z.array(alertSchema) });
const oneSchema = z.looseObject({ data: alertSchema });

export type Alert = z.infer<typeof alertSchema>;

/** As elastalert posts it; annotations are SUMMARY, RESOURCE_NAME, EVENTCODE, REASON, MSG, COMPONENTID, COMPONENTTYPE. */
export interface NewAlert {
  readonly labels: { readonly alertname: string; readonly job: string; readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

/** What alerts call a cluster: its id behind `cluster_uuid_`. */
export const jobOf = (clusterId: string): string => `cluster_uuid_${clusterId}`;

/** The alert store of one project. Errors of every method: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, those of the room http. */
export class AlertClient {
  readonly #door: DirectorDoor;

  constructor(door: DirectorDoor) {
    this.#door = door;
  }

  /** Oldest first; of one cluster, or of the whole project. */
  async list({ clusterId, signal }: Call & { readonly clusterId?: string } = {}): Promise<readonly Alert[]> {
    const query = clusterId === undefined ? {} : { job: jobOf(clusterId) };
    return (await this.#door.call(listSchema, { method: "GET", path: STORE, query, signal })).data;
  }

  async post(alert: NewAlert, { signal }: Call = {}): Promise<Alert> {
    return (await this.#door.call(oneSchema, { method: "POST", path: STORE, body: alert, signal })).data;
  }

  /** All of them, or none when one is not there. */
  async acknowledge(ids: readonly string[], { signal }: Call = {}): Promise<void> {
    await this.#door.call(listSchema, { method: "POST", path: `${STORE}/acknowledge`, body: { ids }, signal });
  }
}
