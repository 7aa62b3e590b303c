import type { KubeClient, KubeObject, ObjectRef } from "./kube-client.ts";
import { conditionOf, KINDS, type Condition, type KubeEvent, type OwnedMeta, type Pod, type Workload } from "./kinds.ts";
import { podTrouble } from "./probes/pod-ready.ts";
import { describeEvent, tellingEvent } from "./telling-event.ts";
import { nameOf } from "./view.ts";

interface Conditioned extends KubeObject {
  readonly metadata: KubeObject["metadata"] & OwnedMeta;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const EXPLAIN_TIMEOUT_MS = 10_000;
const OWNER_DEPTH_LIMIT = 4;
/** Conditions that are well when False. */
const BAD_WHEN_TRUE = /Pressure$|Failure$|^Failed$|Unavailable$|FinalizersRemaining$|ContentRemaining$/;

const isBad = ({ type, status }: Condition): boolean => (BAD_WHEN_TRUE.test(type) ? status === "True" : status !== "True");

const describeCondition = (condition: Condition): string => {
  const since = condition.lastTransitionTime === undefined ? "" : ` since ${condition.lastTransitionTime}`;
  const told = [condition.reason, condition.message].filter((part) => part !== undefined && part !== "").join(": ");
  return `${condition.type}=${condition.status}${since}${told === "" ? "" : ` (${told})`}`;
};

const describeObject = (object: Conditioned): string => {
  const bad = (object.status?.conditions ?? []).filter(isBad);
  const name = `${object.kind} ${nameOf(object.metadata)}`;
  return bad.length === 0 ? `${name}: no condition is bad` : `${name}: ${bad.map(describeCondition).join(", ")}`;
};

/** Answers about one cluster while a failed wait is explained. */
class Explainer {
  readonly #client: KubeClient;
  readonly #signal = AbortSignal.timeout(EXPLAIN_TIMEOUT_MS);

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async explain(about: ObjectRef): Promise<string[]> {
    const object = await this.#get(about);
    if (object === undefined) return [`${about.kind} ${nameOf(about)} does not exist`, ...(await this.#events(about, []))];
    const pod = object.kind === "Pod" ? (object as Pod) : await this.#worstPod(object);
    const podLines = pod === undefined || pod === object ? [] : [`${describeObject(pod)}; ${podTrouble(pod)}`];
    return [
      describeObject(object),
      ...podLines,
      ...(await this.#owners(pod ?? object)),
      ...(await this.#events(about, pod === undefined ? [] : [pod])),
    ];
  }

  #get(ref: ObjectRef): Promise<Conditioned | undefined> {
    return this.#client.get<Conditioned>(ref, { signal: this.#signal });
  }

  async #worstPod(workload: Conditioned): Promise<Pod | undefined> {
    const wanted = Object.entries((workload as Workload).spec?.selector?.matchLabels ?? {});
    const { namespace } = workload.metadata;
    if (wanted.length === 0 || namespace === undefined) return undefined;
    const labelSelector = wanted.map(([key, value]) => `${key}=${value}`).join(",");
    const pods = await this.#client.list<Pod>(KINDS.pod, { namespace, labelSelector, signal: this.#signal });
    return pods.find((pod) => conditionOf(pod, "Ready")?.status !== "True");
  }

  /** "owned by ReplicaSet a, Deployment b": nearest first. */
  async #owners(object: Conditioned): Promise<string[]> {
    const chain: string[] = [];
    let [owner] = object.metadata.ownerReferences ?? [];
    while (owner !== undefined && chain.length < OWNER_DEPTH_LIMIT) {
      chain.push(`${owner.kind} ${owner.name}`);
      const { apiVersion, kind, name } = owner;
      const { namespace } = object.metadata;
      const found = await this.#get({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) });
      [owner] = found?.metadata.ownerReferences ?? [];
    }
    return chain.length === 0 ? [] : [`${object.kind} ${object.metadata.name} is owned by ${chain.join(", ")}`];
  }

  /** The most telling event of the object and of its worst pod; events of cluster-wide objects lie in any namespace. */
  async #events(about: ObjectRef, others: readonly KubeObject[]): Promise<string[]> {
    const scope = about.namespace === undefined ? {} : { namespace: about.namespace };
    const events = await this.#client.list<KubeEvent>(KINDS.event, { ...scope, signal: this.#signal });
    const subjects = new Set([`${about.kind} ${about.name}`, ...others.map(({ kind, metadata }) => `${kind} ${metadata.name}`)]);
    const own = events.filter(({ involvedObject: { kind, name } }) => subjects.has(`${kind ?? ""} ${name ?? ""}`));
    const event = tellingEvent(own);
    return [event === undefined ? `no event speaks of ${about.kind} ${nameOf(about)}` : describeEvent(event)];
  }
}

/** What a cluster knows about an object that is not as it should be: bad conditions, worst pod, owners, most telling event; one per line. */
export const explainObject = async (client: KubeClient, about: ObjectRef): Promise<string> =>
  (await new Explainer(client).explain(about)).join("\n           ");
