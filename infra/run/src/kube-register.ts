import { refusedStatus, type KubeClient, type KubeObject } from "@kubera-e2e/kube";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { leaseRecordSchema, type LeaseRecord } from "@kubera-e2e/schema/lease";
import { unreadable } from "./lease-errors.ts";
import { storeCall, type LeaseRegister, type Registered } from "./lease-register.ts";

const CONFLICT = 409;
const NOT_FOUND = 404;
const KIND = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" } as const;
/** What the Lease of Kubernetes has no field for. */
const NOTE = "kubera-e2e/";

interface LeaseObject extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/**
 * One `Lease` per bed in the namespace of a cluster that no bed restores, replaced by its resourceVersion; `leaseTransitions` is the token.
 * `kubectl get lease` shows its holder; renewTime and leaseDurationSeconds together are its end, as for every other user of Leases.
 */
export class KubeRegister implements LeaseRegister {
  readonly #kube: KubeClient;
  readonly #namespace: string;
  readonly #clock: Clock;

  constructor(kube: KubeClient, { namespace, clock = systemClock }: { readonly namespace: string; readonly clock?: Clock | undefined }) {
    this.#kube = kube;
    this.#namespace = namespace;
    this.#clock = clock;
  }

  async read(bed: string): Promise<Registered> {
    const found = await this.#kube.get<LeaseObject>(this.#refOf(bed), storeCall());
    if (found === undefined) return { version: undefined };
    return { record: recordOf(bed, found, this.#where(bed)), version: found.metadata.resourceVersion };
  }

  async write(record: LeaseRecord, version: string | undefined): Promise<boolean> {
    const ref = this.#refOf(record.bed);
    const spec = specOf(record, this.#clock.now());
    const annotations = notesOf(record);
    try {
      if (version === undefined)
        await this.#kube.create({ ...KIND, metadata: { name: ref.name, namespace: ref.namespace, annotations }, spec }, storeCall());
      else await this.#kube.patch(ref, replacement(version, annotations, spec), storeCall());
      return true;
    } catch (error) {
      // A Lease that somebody deleted is no version to replace any more.
      if (refusedStatus(error) === CONFLICT || (version !== undefined && refusedStatus(error) === NOT_FOUND)) return false;
      throw error;
    }
  }

  #refOf(bed: string) {
    return { ...KIND, namespace: this.#namespace, name: `kubera-e2e-${bed}` };
  }

  #where(bed: string): string {
    return `Lease ${this.#namespace}/${this.#refOf(bed).name} of cluster ${this.#kube.cluster}`;
  }
}

/** A merge patch that leaves nothing of the record before, and is refused for any other version. */
const replacement = (resourceVersion: string, annotations: Record<string, string>, spec: object): Record<string, unknown> => ({
  metadata: { resourceVersion, annotations: { [`${NOTE}reason`]: null, [`${NOTE}mixed`]: null, [`${NOTE}nonce`]: null, ...annotations } },
  spec: { holderIdentity: null, ...spec },
});

const notesOf = ({ state, holder, reason, mixed, nonce }: LeaseRecord): Record<string, string> => ({
  [`${NOTE}state`]: state,
  [`${NOTE}holder`]: holder,
  ...(reason !== undefined && { [`${NOTE}reason`]: reason }),
  ...(mixed !== undefined && { [`${NOTE}mixed`]: mixed }),
  ...(nonce !== undefined && { [`${NOTE}nonce`]: nonce }),
});

const micro = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");

/** The duration is whole seconds, so the last renewal is told as so long before the end. */
const specOf = ({ state, holder, token, since, until }: LeaseRecord, nowMs: number): NonNullable<LeaseObject["spec"]> => {
  const isInUse = !["free", "dirty", "broken"].includes(state);
  const seconds = Math.max(Math.ceil((Date.parse(until) - nowMs) / 1000), 1);
  return {
    ...(isInUse && { holderIdentity: holder }),
    leaseDurationSeconds: seconds,
    acquireTime: micro(Date.parse(since)),
    renewTime: micro(Date.parse(until) - seconds * 1000),
    leaseTransitions: token,
  };
};

const recordOf = (bed: string, { metadata, spec }: LeaseObject, where: string): LeaseRecord => {
  const note = (name: string): string | undefined => metadata.annotations?.[`${NOTE}${name}`];
  const { acquireTime = "", renewTime = "", leaseDurationSeconds = Number.NaN, leaseTransitions } = spec ?? {};
  const untilMs = Date.parse(renewTime) + leaseDurationSeconds * 1000;
  const parsed = leaseRecordSchema.safeParse({
    schema: "kubera-e2e/lease@1",
    bed,
    state: note("state"),
    holder: note("holder"),
    token: leaseTransitions,
    since: isoOf(Date.parse(acquireTime)),
    until: isoOf(untilMs),
    ...(note("reason") !== undefined && { reason: note("reason") }),
    ...(note("mixed") !== undefined && { mixed: note("mixed") }),
    ...(note("nonce") !== undefined && { nonce: note("nonce") }),
  });
  if (parsed.success) return parsed.data;
  throw unreadable(bed, { where, thing: "that Lease" }, parsed.error);
};

const isoOf = (ms: number): string | undefined => (Number.isFinite(ms) ? new Date(ms).toISOString() : undefined);
