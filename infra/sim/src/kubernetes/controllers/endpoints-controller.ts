import type { StoreEvent } from "../store.ts";
import type { EndpointAddress, EndpointSubset, Pod, Service } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { isEnded, isReady } from "./pods.ts";
import { labelsMatch } from "./selectors.ts";

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

const portOf = (port: ServicePort, pod: Pod): number | undefined => {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target;
  return pod.spec.containers.flatMap((container) => container.ports ?? []).find((declared) => declared.name === target)?.containerPort;
};

const portsOf = (service: Service, pod: Pod): EndpointSubset["ports"] & {} =>
  (service.spec.ports ?? []).flatMap((port) => {
    const number = portOf(port, pod);
    const name = port.name === undefined ? {} : { name: port.name };
    return number === undefined ? [] : [{ ...name, port: number, protocol: port.protocol ?? "TCP" }];
  });

const addressOf = (pod: Pod, service: Service): EndpointAddress => ({
  ip: pod.status?.podIP ?? "",
  ...(pod.spec.subdomain === service.metadata.name && pod.spec.hostname !== undefined ? { hostname: pod.spec.hostname } : {}),
  ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
  targetRef: { kind: "Pod", name: pod.metadata.name, namespace: pod.metadata.namespace ?? "", uid: pod.metadata.uid },
});

/** Addresses of pods behind a service, grouped by the ports that they have in common. */
const subsetsOf = (service: Service, pods: readonly Pod[]): readonly EndpointSubset[] => {
  const groups = new Map<string, { ports: EndpointSubset["ports"] & {}; ready: EndpointAddress[]; waiting: EndpointAddress[] }>();
  for (const pod of pods) {
    const ports = portsOf(service, pod);
    const group = groups.get(JSON.stringify(ports)) ?? { ports, ready: [], waiting: [] };
    groups.set(JSON.stringify(ports), group);
    const isListed = service.spec.publishNotReadyAddresses === true || (isReady(pod) && pod.metadata.deletionTimestamp === undefined);
    (isListed ? group.ready : group.waiting).push(addressOf(pod, service));
  }
  return [...groups.values()].map(({ ports, ready, waiting }) => ({
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(waiting.length === 0 ? {} : { notReadyAddresses: waiting }),
    ...(ports.length === 0 ? {} : { ports }),
  }));
};

export class EndpointsController implements Controller {
  readonly name = "endpoints";
  readonly #view: ClusterView;

  constructor(view: ClusterView) {
    this.#view = view;
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "Service" && event.resource.group === "") return [keyOf(event.object)];
    if (event.resource.kind !== "Pod") return [];
    const labels = [event.object.metadata.labels, event.before?.metadata.labels];
    return this.#view
      .list("Service", event.object.metadata.namespace)
      .filter(({ spec }) => spec.selector !== undefined && labels.some((candidate) => labelsMatch(spec.selector ?? {}, candidate)))
      .map(keyOf);
  }

  reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const service = this.#view.get("Service", namespace, name);
    const before = this.#view.get("Endpoints", namespace, name);
    if (service === undefined) {
      if (before !== undefined) this.#view.remove("Endpoints", before);
      return;
    }
    if (service.spec.selector === undefined) return;
    const pods = this.#view.list("Pod", namespace).filter((pod) => labelsMatch(service.spec.selector ?? {}, pod.metadata.labels));
    const subsets = subsetsOf(
      service,
      pods.filter((pod) => !isEnded(pod) && pod.status?.podIP !== undefined),
    );
    const metadata = { name, namespace, labels: { ...service.metadata.labels } };
    if (before === undefined) this.#view.create("Endpoints", { metadata, subsets });
    else this.#view.update("Endpoints", { ...before, metadata: { ...before.metadata, labels: metadata.labels }, subsets });
  }
}
