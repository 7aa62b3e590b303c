import type { Json, KubeObject } from "./kube-object.ts";

const LAST_ADDRESS = 65_534;
const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

const specsOf = (services: readonly KubeObject[]): Json[] => services.map((service) => service.spec ?? {});

const freeAddress = (services: readonly KubeObject[]): string => {
  const taken = new Set(specsOf(services).map((spec) => spec["clusterIP"] as unknown));
  for (let index = 10; index < LAST_ADDRESS; index += 1) {
    const address = `10.96.${index >> 8}.${index & 255}`;
    if (!taken.has(address)) return address;
  }
  return "None";
};

const takenPorts = (services: readonly KubeObject[]): Set<unknown> =>
  new Set(specsOf(services).flatMap((spec) => ((spec["ports"] ?? []) as Json[]).map((port) => port["nodePort"] as unknown)));

const withNodePorts = (ports: readonly Json[], taken: Set<unknown>): Json[] =>
  ports.map((port) => {
    if (port["nodePort"] !== undefined) return port;
    let nodePort: number = NODE_PORTS.first;
    while (taken.has(nodePort) && nodePort < NODE_PORTS.last) nodePort += 1;
    taken.add(nodePort);
    return { ...port, nodePort };
  });

/** The spec of a service with cluster address and node ports, kept from `before` or free among the other services. */
export const withAddresses = (spec: Json, before: Json | undefined, others: readonly KubeObject[]): Json => {
  if (spec["type"] === "ExternalName") return spec;
  const clusterIP: unknown = spec["clusterIP"] ?? before?.["clusterIP"] ?? freeAddress(others);
  const addressed: Json = { ...spec, clusterIP, clusterIPs: [clusterIP] };
  if (spec["type"] !== "NodePort" && spec["type"] !== "LoadBalancer") return addressed;
  const kept = (before?.["ports"] ?? []) as Json[];
  const ports = ((spec["ports"] ?? []) as Json[]).map((port) => {
    const old = kept.find((candidate) => candidate["port"] === port["port"] && candidate["protocol"] === port["protocol"]);
    return old?.["nodePort"] === undefined || port["nodePort"] !== undefined ? port : { ...port, nodePort: old["nodePort"] as unknown };
  });
  return { ...addressed, ports: withNodePorts(ports, takenPorts(others)) };
};
