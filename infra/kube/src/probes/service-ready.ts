import { never, notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { KINDS, type Endpoints, type EndpointSlice, type Service } from "../kinds.ts";
import { nameOf, type KubeProbe, type KubeView } from "../view.ts";
import { deadNode, NODES } from "./node-trouble.ts";
import { observePod } from "./pod-ready.ts";
import { podsWith } from "./pods-of.ts";
import type { TerminalOptions } from "./terminal-reason.ts";

export interface ServiceOptions extends TerminalOptions {
  /** How many endpoints must be ready; default 1. */
  readonly atLeast?: number;
}

interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

const REPLACEMENT_MS = 10_000;
const SERVICE_NAME = "kubernetes.io/service-name";

interface Counted {
  readonly ready: number;
  readonly all: number;
}

/** Nobody corrects the endpoints of a node that is away, or not yet. */
const living = (view: KubeView, places: readonly { readonly nodeName?: string }[]): number =>
  places.filter(({ nodeName }) => deadNode(view, nodeName) === undefined).length;

type Place = NonNullable<EndpointSlice["endpoints"]>[number];

/** A service of two address families has each pod in two slices, and a pod that moves between slices is in both for a moment. */
const eachOnce = (endpoints: readonly Place[]): Place[] => {
  const targets = endpoints.map(({ targetRef }) => targetRef?.uid ?? targetRef?.name);
  return endpoints.filter((_endpoint, index) => targets[index] === undefined || targets.indexOf(targets[index]) === index);
};

const ofSlices = (view: KubeView, slices: readonly EndpointSlice[]): Counted => {
  const endpoints = eachOnce(slices.flatMap((slice) => slice.endpoints ?? []));
  // Readiness that is not told counts as ready: so the API defines it.
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  return { ready: living(view, ready), all: endpoints.length };
};

const ofEndpoints = (view: KubeView, { subsets }: Endpoints): Counted => {
  const ready = (subsets ?? []).flatMap(({ addresses }) => addresses ?? []);
  const others = (subsets ?? []).flatMap(({ notReadyAddresses }) => notReadyAddresses ?? []);
  return { ready: living(view, ready), all: ready.length + others.length };
};

/** EndpointSlices where there are any, as of Kubernetes 1.21; else Endpoints. */
const count = (view: KubeView, ref: ServiceRef): Counted => {
  const slices = view
    .list<EndpointSlice>(KINDS.endpointSlice, ref.namespace)
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === ref.name);
  if (slices.length > 0) return ofSlices(view, slices);
  const endpoints = view.get<Endpoints>({ ...KINDS.endpoints, ...ref });
  return endpoints === undefined ? { ready: 0, all: 0 } : ofEndpoints(view, endpoints);
};

const labelsOf = ({ spec }: Service): string =>
  Object.entries(spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** Which of its pods are not ready, and why. */
const blame = (
  view: KubeView,
  service: Service,
  told: { readonly counted: string; readonly options: ServiceOptions },
): Observation<never> => {
  const { counted, options } = told;
  if (labelsOf(service) === "") return notYet(`${counted}; it has no selector, so somebody else must give it endpoints`);
  const pods = podsWith(view, service.metadata.namespace, service.spec?.selector ?? {});
  if (pods.length === 0) return notYet(`${counted}; no pod carries ${labelsOf(service)}`);
  const unready = pods.map((pod) => observePod(view, pod, options)).filter((seen) => !seen.done);
  const [first] = unready;
  if (first === undefined) return notYet(`${counted}; its ${pods.length} pods are ready`);
  const looksHopeless = unready.length === pods.length && unready.every((seen) => seen.terminal === true);
  // Pods of a newer form may be a moment away.
  const isHopeless = looksHopeless && view.began("hopeless pods", true).forMs > REPLACEMENT_MS;
  return (isHopeless ? never : notYet)(`${counted}; ${unready.map((seen) => seen.because).join("; ")}`);
};

/** Service `namespace/name` has ready endpoints; else the pods behind it that are not ready are named. */
export const serviceReady = (ref: ServiceRef, options: ServiceOptions = {}): KubeProbe<Service> => ({
  what: `Service ${nameOf(ref)} has ready endpoints`,
  kinds: [
    { ...KINDS.service, namespace: ref.namespace },
    { ...KINDS.endpointSlice, namespace: ref.namespace, optional: true },
    { ...KINDS.endpoints, namespace: ref.namespace, optional: true },
    { ...KINDS.pod, namespace: ref.namespace },
    NODES,
  ],
  about: { ...KINDS.service, ...ref },
  probe: (view) => {
    const service = view.get<Service>({ ...KINDS.service, ...ref });
    if (service === undefined) return notYet("there is no such Service");
    if (service.spec?.type === "ExternalName") return never("it is of type ExternalName, which has no endpoints");
    const { ready, all } = count(view, ref);
    const wanted = options.atLeast ?? 1;
    if (ready >= wanted) return reached(service);
    return blame(view, service, { counted: `${ready} of ${Math.max(all, wanted)} endpoints are ready`, options });
  },
});
