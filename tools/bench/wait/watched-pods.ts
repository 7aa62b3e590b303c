import { openKube } from "@kubera-e2e/kube";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { answerVerbs, heapMib } from "./answer-verbs.ts";

/** Watches the pods of a cluster as a wait does, in a process of its own. */
const [kubeconfigPath = ""] = process.argv.slice(2);
const client = openKube({ cluster: "bench", kubeconfigPath, redactor: new Redactor() });
// What the client itself needs is there before pods are.
await client.list({ apiVersion: "v1", kind: "Namespace" });
const idleMib = heapMib();
const seen = client.observe({ apiVersion: "v1", kind: "Pod" });
let changes = 0;
seen.subscribe(() => (changes += 1));
await answerVerbs({ pods: () => seen.objects?.size ?? 0, changes: () => changes }, idleMib);
seen.close();
client.close();
