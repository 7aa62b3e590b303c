import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { parseResources, parseVersions } from "../src/discovery.ts";
import { accessOf, parseKubeconfig } from "../src/kubeconfig.ts";
import { KINDS, type KubeEvent } from "../src/kinds.ts";
import { LineSplitter } from "../src/line-splitter.ts";
import { parseList } from "../src/listing.ts";
import { ObjectStore } from "../src/object-store.ts";
import { kubeRefused, refusedStatus, statusOf } from "../src/refusal.ts";
import { describeEvent, tellingEvent } from "../src/telling-event.ts";
import { parseWatchEvent } from "../src/watch-stream.ts";

const RUNS = 20_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");

const anyJson = fc.jsonValue({ maxDepth: 1 });
const text = fc.string({ maxLength: 8 });
const base64 = fc.constantFrom("QUJD", "QUI=", "QQ==", "no base64!");
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));

/** Records in the shape that is expected, each field at times absent, null or of another kind. */
const bent = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, fc.oneof({ weight: 12, arbitrary: value }, scalar, fc.constant(undefined))]),
    ),
  );

const metadata = bent({
  name: fc.string({ maxLength: 4 }),
  namespace: fc.string({ maxLength: 4 }),
  resourceVersion: fc.string({ maxLength: 4 }),
});
const object = bent({ kind: fc.constantFrom("Pod", "Event"), metadata, status: anyJson });
const told = fc.oneof({ weight: 4, arbitrary: object }, anyJson);

/** What a parser makes of an input: a value, or an error of the house; anything else fails the property. */
const tamed = (parse: () => unknown): boolean => {
  try {
    parse();
    return true;
  } catch (error) {
    if (isKuberaError(error)) return false;
    throw error;
  }
};

/** `expect` costs more than what it looks at here. */
const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`it is not so that ${what}`);
};

/** How many of many inputs were taken, and how many refused. */
const fuzz = <T>(arbitrary: fc.Arbitrary<T>, parse: (input: T) => unknown, numRuns = RUNS): { good: number; refused: number } => {
  const counts = { good: 0, refused: 0 };
  // Most of the time would go into the stacks of refusals.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const property = fc.property(arbitrary, (input) => {
    counts[tamed(() => parse(input)) ? "good" : "refused"] += 1;
  });
  try {
    fc.assert(property, { numRuns });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return counts;
};

const watchLine = fc.oneof(
  text,
  anyJson.map((value) => JSON.stringify(value)),
  bent({ type: fc.constantFrom("ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"), object: told }).map((line) => JSON.stringify(line)),
);

test("a line of a watch is an event or an error of the house", () => {
  const { good, refused } = fuzz(watchLine, (line) => {
    demand(/^(ADDED|MODIFIED|DELETED|BOOKMARK)$/.test(parseWatchEvent(line, "server").type), "its type is known");
  });
  expect([good > 1000, refused > 1000]).toEqual([true, true]);
});

test("the bytes of a watch are cut into lines wherever chunks end", () => {
  const counts = fuzz(
    fc.tuple(fc.array(fc.constantFrom("日", "é", "a", "\n", "\r", " "), { maxLength: 6 }), fc.nat(16)),
    ([letters, cut]) => {
      const bytes = Buffer.from(`${letters.join("")}\n`);
      const [whole, halves] = [new LineSplitter(), new LineSplitter()];
      const lines = [...halves.push(bytes.subarray(0, cut)), ...halves.push(bytes.subarray(cut))];
      demand(lines.join("\n") === whole.push(bytes).join("\n"), "the cut changes nothing");
    },
  );
  expect(counts.refused).toBe(0);
});

test("the body of a list fills a store or is an error of the house", () => {
  const parts = { kind: fc.constant("PodList"), metadata: fc.constant({ resourceVersion: "1" }), items: fc.array(told, { maxLength: 2 }) };
  const { good, refused } = fuzz(fc.oneof({ weight: 4, arbitrary: bent(parts) }, anyJson), (body) => {
    const { items } = parseList(body);
    const store = new ObjectStore();
    store.replace(items);
    store.replace(items);
  });
  expect([good > 1000, refused > 1000]).toEqual([true, true]);
});

test("a Status of any shape becomes a refusal with its HTTP status", () => {
  const body = fc.oneof(bent({ reason: text, message: text, code: fc.integer() }), text, anyJson);
  const counts = fuzz(body, (body) => {
    const error = kubeRefused({ cluster: "server", method: "GET", path: "/api/v1/pods" }, statusOf(503, body));
    demand(refusedStatus(error) === 503 && error.because !== "", "the refusal has its status and says why");
  });
  expect(counts.refused).toBe(0);
});

test("discovery lists resources or is an error of the house", () => {
  const resource = bent({ name: fc.constantFrom("pods", "pods/log"), kind: fc.constant("Pod"), namespaced: fc.boolean() });
  const body = fc.oneof({ weight: 4, arbitrary: bent({ resources: fc.array(resource, { maxLength: 3 }) }) }, anyJson);
  const { good, refused } = fuzz(body, (body) => parseResources(body, "/api/v1"));
  expect([good > 1000, refused > 1000]).toEqual([true, true]);
});

test("versions of a group are texts, whatever the answer holds", () => {
  const group = bent({ name: fc.constant("apps"), versions: fc.array(bent({ version: fc.constant("v1") }), { maxLength: 3 }) });
  const body = fc.oneof(bent({ groups: fc.array(group, { maxLength: 3 }) }), anyJson);
  const counts = fuzz(body, (body) => {
    for (const version of parseVersions(body, "apps")) demand(typeof version === "string", "a version is a text");
  });
  expect(counts.refused).toBe(0);
});

test("a kubeconfig is an access or an error of the house", () => {
  const servers = fc.constantFrom("https://10.0.0.1:6443", "http://10.0.0.1", "nowhere");
  const cluster = bent({ server: servers, "certificate-authority-data": base64 });
  const user = bent({ token: text, "client-certificate-data": base64, "client-key-data": base64 });
  const config = bent({
    "current-context": fc.constant("x"),
    clusters: fc.tuple(bent({ name: fc.constant("c"), cluster })),
    contexts: fc.tuple(bent({ name: fc.constant("x"), context: fc.constant({ cluster: "c", user: "u" }) })),
    users: fc.tuple(bent({ name: fc.constant("u"), user })),
  });
  const { good, refused } = fuzz(config, (raw) => accessOf(raw, { path: "/k/config", text: "" }));
  expect([good > 100, refused > 1000]).toEqual([true, true]);
  // Reading YAML is slow, and what it holds was tried above.
  fuzz(
    fc.oneof(
      fc.string(),
      config.map((raw) => stringify(raw)),
    ),
    (yaml) => parseKubeconfig(yaml, "/k/config"),
    200,
  );
});

test("events of any shape are weighed and told", () => {
  const time = fc.constantFrom("2026-11-24T11:59:00Z", "soon", "");
  const event = bent({
    involvedObject: bent({ kind: fc.constant("Pod"), name: fc.constantFrom("a", "b") }),
    type: fc.constantFrom("Normal", "Warning"),
    reason: fc.constantFrom("Pulling", "Pulled", "Failed", "FailedScheduling"),
    message: fc.constantFrom("told", ""),
    count: fc.integer(),
    lastTimestamp: time,
    eventTime: time,
  });
  const counts = fuzz(fc.array(event, { maxLength: 3 }), (events) => {
    const listed = (events as object[]).map((one) => ({ ...KINDS.event, metadata: { name: "e" }, ...one })) as KubeEvent[];
    const telling = tellingEvent(listed);
    demand(telling === undefined || describeEvent(telling, { among: listed, nowMs: NOW }).startsWith("event "), "it is told");
  });
  expect(counts.refused).toBe(0);
});
