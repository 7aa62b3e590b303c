import { once } from "node:events";
import { request } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { isReady } from "../src/kubernetes/controllers/pods.ts";
import type { Command } from "../src/kubernetes/program.ts";
import type { Pod } from "../src/kubernetes/workload-objects.ts";
import { adminOf } from "./kube-api-bed.ts";
import { openClusterBed, type ClusterBed } from "./kubelet/cluster-bed.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  both: ([first]) => (first === "loud" ? { exitCode: 1, stdout: "out", stderr: "err" } : undefined),
  forever: () => {
    begun = true;
    return new Promise<never>(() => {});
  },
};
const V5 = "v5.channel.k8s.io";

let bed: ClusterBed;
let begun = false;

beforeAll(async () => {
  bed = await openClusterBed({ programs: [["test/server", { start: () => ({ ready: () => true, commands: COMMANDS }) }]] });
  await bed.untilNodesReady();
  for (const name of ["p", "q"]) bed.pod(name, {});
  await bed.until("the pods are ready", (view) => ["p", "q"].every((name) => isReady(view.get("Pod", "default", name) as Pod)));
});
afterAll(() => bed.close());

const urlOf = (pod: string, query: string): string => `${bed.cluster.api.url}/api/v1/namespaces/default/pods/${pod}/exec?${query}`;

interface Heard {
  readonly frames: readonly string[];
  readonly closed: number;
}

/** What is heard after the handshake, or the refusal of it. */
const ask = (pod: string, query: string, protocol = V5): Promise<Heard | string> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(urlOf(pod, query), [protocol], adminOf(bed.cluster.api));
    const frames: string[] = [];
    socket.on("message", (data: Buffer) => frames.push(`${data[0] ?? 0}:${data.subarray(1).toString()}`));
    socket.on("close", (closed) => resolve({ frames, closed }));
    socket.on("error", reject);
    socket.on("unexpected-response", (_request, answer) => {
      answer.on("data", (chunk: Buffer) =>
        resolve(`${answer.statusCode ?? 0} ${(JSON.parse(String(chunk)) as { message: string }).message}`),
      );
    });
  });

test.each([
  { title: "both streams", query: "stdout=true&stderr=true", frames: ["1:out", "2:err"] },
  { title: "one of them", query: "stderr=true", frames: ["2:err"] },
])("sends what is written to $title, and the end", async ({ query, frames }) => {
  const heard = (await ask("p", `command=both&command=loud&${query}`)) as Heard;
  expect(heard.frames.slice(0, -1)).toEqual(frames);
  expect(heard.frames.at(-1)).toContain('"reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"1"}]}');
  expect(heard.closed).toBe(1000);
});

test.each([
  {
    title: "arguments that it does not know",
    query: "command=both&stdout=true",
    told: "the simulator does not know what both does with []",
  },
  { title: "a program that it does not know", query: "command=ls&stdout=true", told: "(the simulated container has both, forever)" },
])("refuses $title aloud", async ({ query, told }) => {
  const heard = (await ask("p", query)) as Heard;
  expect(heard.frames.join("\n")).toContain(told);
  expect(bed.lines.at(-1)).toMatch(/^kubernetes: exec in container main of pod default\/p: /);
  expect(bed.lines.at(-1)).toContain(told);
});

test.each([
  { title: "no program", query: "stdout=true", told: "args must not be empty: unknown" },
  { title: "no stream", query: "command=both", told: "you must specify at least 1 of stdin, stdout, stderr" },
])("tells of $title in the words of a real node", async ({ query, told }) => {
  expect(((await ask("p", query)) as Heard).frames).toEqual([expect.stringContaining(told)]);
});

test.each([
  { title: "input", query: "command=both&stdout=true&stdin=true", told: "501 the simulated server runs commands without stdin" },
  { title: "a terminal", query: "command=both&stdout=true&tty=true", told: "501 the simulated server runs commands without tty" },
])("refuses $title before it upgrades, aloud", async ({ query, told }) => {
  expect(await ask("p", query)).toBe(told);
  expect(bed.lines.at(-1)).toContain(told);
});

const FOREIGN = `501 the simulated server runs commands over WebSocket and ${V5} alone`;

test("refuses the protocol of older clients, aloud", async () => {
  expect(await ask("p", "command=both&stdout=true", "v4.channel.k8s.io")).toBe(FOREIGN);
});

test("refuses SPDY aloud, and a request that wants no other protocol", async () => {
  const post = async (headers: Readonly<Record<string, string>>): Promise<string> => {
    const asked = request(urlOf("p", "command=both&stdout=true"), { method: "POST", headers, ...adminOf(bed.cluster.api) }).end();
    const [answer] = (await once(asked, "response")) as [AsyncIterable<Buffer> & { statusCode: number }];
    let text = "";
    for await (const chunk of answer) text += String(chunk);
    return `${answer.statusCode} ${(JSON.parse(text) as { message: string }).message}`;
  };
  expect(await post({ connection: "Upgrade", upgrade: "SPDY/3.1" })).toBe(FOREIGN);
  expect(await post({})).toBe("400 Upgrade request required");
});

test("opens a WebSocket by GET alone, as golang.org/x/net/websocket in a real API server", async () => {
  const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-protocol": V5 };
  const asked = request(urlOf("p", "command=both&stdout=true"), { method: "POST", headers, ...adminOf(bed.cluster.api) }).end();
  const [answer] = (await once(asked, "response")) as [AsyncIterable<Buffer> & { statusCode: number }];
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  expect([answer.statusCode, text]).toEqual([405, "bad method"]);
});

test("a command ends with its container", async () => {
  const heard = ask("q", "command=forever&stdout=true");
  const pod = await bed.until("the command runs", (view) => begun && view.get("Pod", "default", "q"));
  bed.view.remove("Pod", pod, 0);
  expect((await heard) as Heard).toMatchObject({ closed: 1000, frames: [expect.stringContaining('"message":"137"')] });
});
