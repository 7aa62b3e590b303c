import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { KubeClient, KubeObject, ObjectRef } from "./kube-client.ts";
import { conditionOf, KINDS, type Condition, type KubeEvent, type OwnedMeta, type Pod, type Service, type Workload } from "./kinds.ts";
import { namespaceLeftovers } from "./namespace-leftovers.ts";
import { podTrouble } from "./probes/pod-ready.ts";
import { since } from "./since.ts";
import { describeEvent, isOfThisBirth, objectOfEvent, tellingEvent } from "./telling-event.ts";
import { nameOf } from "./view.ts";

interface Conditioned extends KubeObject {
  readonly metadata: KubeObject["metadata"] & OwnedMeta;
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

const EXPLAIN_TIMEOUT_MS = 10_000;
const OWNER_DEPTH_LIMIT = 4;
/** Conditions that are well when False. */
const BAD_WHEN_TRUE =
  /Pressure$|Failure$|^Failed$|Unavailable$|FinalizersRemaining$|ContentRemaining$|^FailureTarget$|^PoolLost$|^DiskUnavailable$/;

const isBad = ({ type, status }: Condition): boolean => (BAD_WHEN_TRUE.test(type) ? status === "True" : status !== "True");

const describeCondition = (condition: Condition, nowMs: number): string => {
  const at = since(condition.lastTransitionTime, nowMs);
  const told = [condition.reason, condition.message].filter((part) => part !== undefined && part !== "").join(": ");
  return `${condition.type}=${condition.status}${at === undefined ? "" : ` since ${at}`}${told === "" ? "" : ` (${told})`}`;
};

const describeObject = ({ kind, metadata, status }: Conditioned, nowMs: number): string => {
  const conditions = status?.conditions ?? [];
  const bad = conditions.filter(isBad).map((condition) => describeCondition(condition, nowMs));
  const phase = status?.phase === undefined ? [] : [`its phase is ${status.phase}`];
  const going =
    metadata.deletionTimestamp === undefined ? [] : [`it is being deleted since ${since(metadata.deletionTimestamp, nowMs) ?? "?"}`];
  const held = going.length > 0 && metadata.finalizers !== undefined ? [`finalizers ${metadata.finalizers.join(", ")}`] : [];
  const told = [...going, ...held, ...(bad.length > 0 ? bad : [...phase, ...(conditions.length > 0 ? ["no condition is bad"] : [])])];
  return `${kind} ${nameOf(metadata)}: ${told.join(", ") || "it tells no condition"}`;
};

const selectorOf = (object: KubeObject): readonly (readonly [string, string])[] => {
  if (object.kind === KINDS.service.kind) return Object.entries((object as Service).spec?.selector ?? {});
  return Object.entries((object as Workload).spec?.selector?.matchLabels ?? {});
};

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;

/** Answers about one cluster while a failed wait is explained; what cannot be read is said and does not hide the rest. */
class Explainer {
  readonly #client: KubeClient;
  readonly #nowMs: number;
  readonly #signal = AbortSignal.timeout(EXPLAIN_TIMEOUT_MS);

  constructor(client: KubeClient, nowMs: number) {
    this.#client = client;
    this.#nowMs = nowMs;
  }

  async explain(about: ObjectRef): Promise<string[]> {
    const object = await this.#get(about);
    const subjects = new Map<string, KubeObject | undefined>([[`${about.kind} ${about.name}`, object]]);
    if (object === undefined) return [`${about.kind} ${nameOf(about)} does not exist`, ...(await this.#eventLines(about, subjects))];
    const pods = await this.#or([], this.#unreadyPods(object));
    const [pod] = object.kind === KINDS.pod.kind ? [object as Pod] : pods;
    const owners = await this.#or([], this.#owners(pod ?? object));
    const made = await this.#or([], this.#replicaSets(object));
    for (const key of [...owners, ...made]) subjects.set(key, undefined);
    for (const one of [...pods, object]) subjects.set(keyOf(one), one);
    return [
      describeObject(object, this.#nowMs),
      ...(pod === undefined || pod === object ? [] : [`${describeObject(pod, this.#nowMs)}; ${podTrouble(pod)}`]),
      ...(owners.length === 0 ? [] : [`${keyOf(pod ?? object)} is owned by ${owners.join(", ")}`]),
      ...(object.kind === KINDS.namespace.kind ? await this.#told("what is left in it", this.#leftovers(object)) : []),
      ...(await this.#eventLines(about, subjects)),
    ];
  }

  #get(ref: ObjectRef): Promise<Conditioned | undefined> {
    return this.#client.get<Conditioned>(ref, { signal: this.#signal });
  }

  async #or<T>(otherwise: T, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch {
      // The lines about the object itself and its events stand without it.
      return otherwise;
    }
  }

  async #told(what: string, asked: Promise<string[]>): Promise<string[]> {
    try {
      return await asked;
    } catch (error) {
      const because = isKuberaError(error) ? `${error.what}: ${error.because}` : String(error);
      return [`${what} could not be read: ${because}`];
    }
  }

  /** The pods that an object's selector chooses and that are not ready. */
  async #unreadyPods(object: Conditioned): Promise<Pod[]> {
    const wanted = selectorOf(object);
    const { namespace } = object.metadata;
    if (wanted.length === 0 || namespace === undefined) return [];
    const labelSelector = wanted.map(([key, value]) => `${key}=${value}`).join(",");
    const pods = await this.#client.list<Pod>(KINDS.pod, { namespace, labelSelector, signal: this.#signal });
    return pods.filter((pod) => conditionOf(pod, "Ready")?.status !== "True" && pod.status?.phase !== "Succeeded");
  }

  /** "ReplicaSet a", "Deployment b": nearest first. */
  async #owners(object: Conditioned): Promise<string[]> {
    const chain: string[] = [];
    let [owner] = object.metadata.ownerReferences ?? [];
    while (owner !== undefined && chain.length < OWNER_DEPTH_LIMIT) {
      chain.push(`${owner.kind} ${owner.name}`);
      const { apiVersion, kind, name } = owner;
      const { namespace } = object.metadata;
      const found = await this.#or(undefined, this.#get({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }));
      [owner] = found?.metadata.ownerReferences ?? [];
    }
    return chain;
  }

  /** Of a Deployment: where a pod that is refused never comes to be, its ReplicaSet is the only one to say so. */
  async #replicaSets({ kind, metadata: { namespace, name } }: Conditioned): Promise<string[]> {
    if (kind !== KINDS.deployment.kind || namespace === undefined) return [];
    const sets = await this.#client.list<Conditioned>(KINDS.replicaSet, { namespace, signal: this.#signal });
    return sets
      .filter(({ metadata }) => (metadata.ownerReferences ?? []).some((owner) => owner.kind === kind && owner.name === name))
      .map(keyOf);
  }

  async #leftovers(namespace: Conditioned): Promise<string[]> {
    return namespaceLeftovers(this.#client, namespace, this.#signal);
  }

  #eventLines(about: ObjectRef, subjects: ReadonlyMap<string, KubeObject | undefined>): Promise<string[]> {
    return this.#told("its events", this.#events(about, subjects));
  }

  /** The most telling event of the object, its pods, its owners; events of cluster-wide objects lie in any namespace. */
  async #events(about: ObjectRef, subjects: ReadonlyMap<string, KubeObject | undefined>): Promise<string[]> {
    const scope = about.namespace === undefined ? {} : { namespace: about.namespace };
    const events = await this.#client.list<KubeEvent>(KINDS.event, { ...scope, signal: this.#signal });
    const among = events.filter((event) => {
      const key = objectOfEvent(event);
      return subjects.has(key) && isOfThisBirth(event, subjects.get(key));
    });
    const event = tellingEvent(among);
    return [
      event === undefined ? `no event speaks of ${about.kind} ${nameOf(about)}` : describeEvent(event, { among, nowMs: this.#nowMs }),
    ];
  }
}

/**
 * What a cluster knows about an object that is not as it should be: bad conditions and since when, worst pod, owners, what a namespace
 * still holds, most telling event; one per line.
 */
export const explainObject = async (client: KubeClient, about: ObjectRef, nowMs: number): Promise<string> =>
  (await new Explainer(client, nowMs).explain(about)).join("\n           ");
