import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { expect, test } from "vitest";
import { FakeApi, pod, startFakeApi } from "./fake-api.ts";

const PODS = { apiVersion: "v1", kind: "Pod" };
/** So long that nothing here is seen by a safety list. */
const NO_POLL_MS = 600_000;

const line = (object: object): Buffer => Buffer.from(`${JSON.stringify({ type: "ADDED", object })}\n`);

const observed = (api: FakeApi, pollMs = NO_POLL_MS) => {
  const client = api.open(pollMs);
  const seen = client.observe(PODS);
  const names = (): string => [...(seen.objects?.keys() ?? [])].toSorted().join();
  return { client, seen, names };
};

const isOpen = (api: FakeApi): Promise<void> => expect.poll(() => api.watching, { timeout: 5000 }).toBe(1);

test.each([
  { name: "over two chunks", cuts: [20] },
  { name: "within a character of three bytes", cuts: [line(pod("日本", true)).indexOf(Buffer.from("日")) + 1] },
  { name: "at every byte", cuts: Array.from(line(pod("日本", true)).keys()).slice(1) },
])("reads an event that comes $name", async ({ cuts }) => {
  await using api = await startFakeApi();
  const { client, names } = observed(api);
  await isOpen(api);
  const bytes = line(pod("日本", true));
  for (const [index, start] of [0, ...cuts].entries()) api.write(bytes.subarray(start, cuts[index]));
  await expect.poll(names, { timeout: 5000 }).toBe("kubera/日本");
  client.close();
});

test.each(["end", "destroy"] as const)("loses nothing when half an event comes and the server makes the watch %s", async (how) => {
  await using api = await startFakeApi();
  const { client, seen, names } = observed(api);
  await isOpen(api);
  api.write(line(pod("half", true)).subarray(0, 40));
  api.breakWatches(how);
  await expect.poll(() => api.watching).toBe(0);
  api.put(pod("whole", true));
  await expect.poll(names, { timeout: 5000 }).toBe("kubera/whole");
  await expect.poll(() => seen.trouble).toBeUndefined();
  client.close();
});

test("names a broken watch while it is broken", async () => {
  await using api = await startFakeApi();
  const { client, seen } = observed(api);
  await isOpen(api);
  const told: string[] = [];
  seen.subscribe(() => {
    if (isKuberaError(seen.trouble)) told.push(seen.trouble.message.split("\n", 1)[0] ?? "");
  });
  api.breakWatches("destroy");
  await expect.poll(() => told, { timeout: 5000 }).toContain("[CONNECTION_LOST] the connection of a watch of cluster server broke");
  client.close();
});

test("begins anew when a line is no event, and says what it was while it lasts", async () => {
  await using api = await startFakeApi();
  const { client, seen, names } = observed(api);
  await isOpen(api);
  const told: string[] = [];
  seen.subscribe(() => {
    if (isKuberaError(seen.trouble)) told.push(seen.trouble.because);
  });
  api.write("<html>502 Bad Gateway</html>\n");
  await expect.poll(() => told, { timeout: 5000 }).toContain("a line of 28 characters is not a JSON object");
  api.put(pod("later", true));
  await expect.poll(names, { timeout: 5000 }).toBe("kubera/later");
  client.close();
});

test("goes on when the API server comes back on its port with other objects", async () => {
  const first = await startFakeApi();
  const { port } = first;
  first.put(pod("before", true));
  const { client, seen, names } = observed(first, 100);
  await isOpen(first);
  await first[Symbol.asyncDispose]();
  await expect.poll(() => seen.trouble, { timeout: 5000 }).toBeDefined();
  await using second = new FakeApi();
  second.put(pod("after", true));
  await second.start(port);
  await expect.poll(names, { timeout: 5000 }).toBe("kubera/after");
  expect(seen.trouble).toBeUndefined();
  await isOpen(second);
  client.close();
});

test("a server that takes lists and never answers them is asked again until it does", async () => {
  await using api = await startFakeApi();
  const { client, seen, names } = observed(api, 50);
  await isOpen(api);
  api.hanging = true;
  await expect.poll(() => isKuberaError(seen.trouble) && seen.trouble.code, { timeout: 5000 }).toBe("TIMED_OUT");
  api.silent = true;
  api.put(pod("later", true));
  api.hanging = false;
  const asked = api.requests.length;
  await expect.poll(names, { timeout: 5000 }).toBe("kubera/later");
  expect(seen.trouble).toBeUndefined();
  // One question after the server woke up was enough, beside those that were asked at the same time.
  expect(api.requests.length - asked).toBeLessThanOrEqual(3);
  client.close();
});
