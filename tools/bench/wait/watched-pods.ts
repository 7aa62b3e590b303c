import { openKube } from "@kubera-e2e/kube";
import { Redactor } from "@kubera-e2e/schema/redactor";

/** Watches the pods of a cluster as a wait does, in a process of its own; each line that it reads on stdin is answered by a line of JSON. */
const [kubeconfigPath = ""] = process.argv.slice(2);
const MIB = 1024 * 1024;

const heapMib = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / MIB;
};

const client = openKube({ cluster: "bench", kubeconfigPath, redactor: new Redactor() });
// What the client itself needs is there before pods are.
await client.list({ apiVersion: "v1", kind: "Namespace" });
const idleMib = heapMib();
const seen = client.observe({ apiVersion: "v1", kind: "Pod" });
let changes = 0;
seen.subscribe(() => (changes += 1));

let cpu = process.cpuUsage();
let startMs = performance.now();
const ANSWERS: Readonly<Record<string, () => object>> = {
  count: () => ({ pods: seen.objects?.size ?? 0 }),
  begin: () => {
    // What the first list left behind is no cost of watching.
    heapMib();
    cpu = process.cpuUsage();
    startMs = performance.now();
    changes = 0;
    return {};
  },
  end: () => {
    const used = process.cpuUsage(cpu);
    const seconds = (performance.now() - startMs) / 1000;
    return { core: (used.user + used.system) / 1e6 / seconds, changes, overIdleMib: heapMib() - idleMib };
  },
};

let rest = "";
for await (const chunk of process.stdin.setEncoding("utf8") as AsyncIterable<string>) {
  const lines = `${rest}${chunk}`.split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) console.log(JSON.stringify(ANSWERS[line]?.() ?? {}));
}
seen.close();
client.close();
