import type { ConfigMap, Container, EnvSource, EnvVar, Labels, Pod } from "../workload-objects.ts";
import type { ClusterView } from "../controllers/cluster-view.ts";
import type { Credentials } from "./registry-client.ts";

/** Why a container cannot be made: what it refers to is not there. */
export class ConfigError extends Error {}

type Holder = "ConfigMap" | "Secret";

const decode = (kind: Holder, data: Labels): Labels =>
  kind === "ConfigMap"
    ? data
    : Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));

const FIELDS: Readonly<Record<string, (pod: Pod) => string>> = {
  "metadata.name": (pod) => pod.metadata.name,
  "metadata.namespace": (pod) => pod.metadata.namespace ?? "",
  "metadata.uid": (pod) => pod.metadata.uid,
  "spec.nodeName": (pod) => pod.spec.nodeName ?? "",
  "spec.serviceAccountName": (pod) => pod.spec.serviceAccountName ?? "default",
  "status.hostIP": (pod) => pod.status?.hostIP ?? "",
  "status.podIP": (pod) => pod.status?.podIP ?? "",
};

/** What kubelet reads of the cluster on behalf of one pod. */
export class PodEnvironment {
  readonly #view: ClusterView;
  readonly #pod: Pod;

  constructor(view: ClusterView, pod: Pod) {
    this.#view = view;
    this.#pod = pod;
  }

  /** Throws `ConfigError`. */
  variables(container: Container): Labels {
    const sources = (container.envFrom ?? []).map((source) => this.#source(source));
    const own = (container.env ?? []).map((variable) => [variable.name, this.#value(variable)] as const);
    return Object.assign({}, ...sources, Object.fromEntries(own.filter(([, value]) => value !== undefined))) as Labels;
  }

  /** Why a volume cannot be mounted yet, as the event says it; undefined when all can. */
  unmountable(): string | undefined {
    for (const volume of this.#pod.spec.volumes ?? []) {
      const missing =
        this.#missing("ConfigMap", volume.configMap?.name, volume.configMap?.optional) ??
        this.#missing("Secret", volume.secret?.secretName, volume.secret?.optional);
      if (missing !== undefined) return `MountVolume.SetUp failed for volume "${volume.name}" : ${missing}`;
      const claim = volume.persistentVolumeClaim?.claimName;
      if (claim !== undefined && this.volumeOf(claim) === undefined) {
        return `MountVolume.SetUp failed for volume "${volume.name}" : persistentvolumeclaim "${claim}" is not bound`;
      }
    }
    return undefined;
  }

  /** Name of the persistent volume behind a claim, or behind the pod's volume of that name. */
  volumeOf(claim: string): string | undefined {
    const named = (this.#pod.spec.volumes ?? []).find((volume) => volume.name === claim)?.persistentVolumeClaim?.claimName;
    const find = (name: string): string | undefined =>
      this.#view.get("PersistentVolumeClaim", this.#pod.metadata.namespace, name)?.spec.volumeName;
    return find(claim) ?? (named === undefined ? undefined : find(named));
  }

  /** Credentials for a registry host from the pull secrets of the pod. */
  credentials(host: string): Credentials | undefined {
    for (const { name } of this.#pod.spec.imagePullSecrets ?? []) {
      const text = this.#data("Secret", name)?.[".dockerconfigjson"];
      const found = text === undefined ? undefined : credentialsIn(text, host);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #data(kind: Holder, name: string): Labels | undefined {
    const object: ConfigMap | undefined = this.#view.get(kind, this.#pod.metadata.namespace, name);
    return object === undefined ? undefined : decode(kind, object.data ?? {});
  }

  #missing(kind: Holder, name: string | undefined, optional: boolean | undefined): string | undefined {
    if (name === undefined || optional === true || this.#data(kind, name) !== undefined) return undefined;
    return `${kind.toLowerCase()} "${name}" not found`;
  }

  #source(source: EnvSource): Labels {
    const [kind, reference] =
      source.secretRef === undefined ? (["ConfigMap", source.configMapRef] as const) : (["Secret", source.secretRef] as const);
    const missing = this.#missing(kind, reference?.name, reference?.optional);
    if (missing !== undefined) throw new ConfigError(missing);
    const data = this.#data(kind, reference?.name ?? "") ?? {};
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [`${source.prefix ?? ""}${key}`, value]));
  }

  #value({ value, valueFrom }: EnvVar): string | undefined {
    if (valueFrom === undefined) return value ?? "";
    if (valueFrom.fieldRef !== undefined) return FIELDS[valueFrom.fieldRef.fieldPath]?.(this.#pod) ?? "";
    const kind = valueFrom.secretKeyRef === undefined ? "ConfigMap" : "Secret";
    const reference = valueFrom.secretKeyRef ?? valueFrom.configMapKeyRef;
    if (reference === undefined) return "";
    const missing = this.#missing(kind, reference.name, reference.optional);
    if (missing !== undefined) throw new ConfigError(missing);
    const found = this.#data(kind, reference.name)?.[reference.key];
    if (found !== undefined || reference.optional === true) return found;
    const { namespace = "" } = this.#pod.metadata;
    throw new ConfigError(`couldn't find key ${reference.key} in ${kind} ${namespace}/${reference.name}`);
  }
}

const credentialsIn = (text: string, host: string): Credentials | undefined => {
  try {
    const { auths = {} } = JSON.parse(text) as { auths?: Record<string, { username?: string; password?: string; auth?: string }> };
    const entry = auths[host] ?? auths[`https://${host}`];
    if (entry === undefined) return undefined;
    const [user = "", ...rest] = Buffer.from(entry.auth ?? "", "base64")
      .toString()
      .split(":");
    return { username: entry.username ?? user, password: entry.password ?? rest.join(":") };
  } catch {
    // A broken pull secret is ignored by kubelet, too: the pull then fails for want of credentials.
    return undefined;
  }
};
