export type { Collector, CollectorContext } from "./collector.ts";
export { eventFact } from "./event-fact.ts";
export { eventsCollector } from "./events-collector.ts";
export { EVIDENCE_MAX_BYTES, gatherEvidence, type EvidenceRequest } from "./gather-evidence.ts";
export { givenFacts } from "./given-facts.ts";
export type { KubeReader } from "./kube-reader.ts";
export { nodesCollector } from "./nodes-collector.ts";
export { podsCollector } from "./pods-collector.ts";
export { workloadsCollector } from "./workloads-collector.ts";
