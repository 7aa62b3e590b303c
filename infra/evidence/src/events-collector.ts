import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector } from "./collector.ts";
import { eventFact } from "./event-fact.ts";
import type { KubeReader } from "./kube-reader.ts";

const withinWindow =
  (from: Date, to: Date) =>
  (fact: Fact): boolean =>
    Date.parse(fact.at) >= from.getTime() && Date.parse(fact.at) <= to.getTime();

/** Events of all namespaces that were last seen inside the window; Kubernetes itself forgets them after an hour. */
export const eventsCollector = (kube: KubeReader): Collector => ({
  name: `events ${kube.cluster}`,
  collect: async ({ bed, from, to, signal }) => {
    const events = await kube.list({ apiVersion: "v1", kind: "Event" }, { signal });
    const facts = events.flatMap((event) => eventFact({ bed, cluster: kube.cluster }, event) ?? []);
    return facts.filter(withinWindow(from, to)).toSorted((a, b) => a.at.localeCompare(b.at));
  },
});
