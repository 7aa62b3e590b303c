import { afterAll, beforeAll, expect, it } from "vitest";
import { listAt, textAt } from "../../src/director/json.ts";
import { DirectorBed, type Caller } from "./director-bed.ts";

let bed: DirectorBed;
let call: Caller;
let pods: string;
let name: string;

beforeAll(async () => {
  bed = await DirectorBed.open({
    clusterLogs: () =>
      function* logs(pod, container, { tailLines }) {
        yield* [`pod ${pod.metadata.name}`, `container ${container}`].slice(-(tailLines ?? 2));
      },
  });
  bed.install();
  await bed.ready();
  const owner = await bed.signUp("proxy@example.com");
  call = owner.call;
  pods = `/k8s/groups/${owner.gid}/clusters/${await bed.connectMember(call, owner.gid)}/api/v1/namespaces/maya-system/pods`;
  const listed = listAt((await call("GET", pods)).body, "items").map((pod) => textAt(pod, "metadata", "name") ?? "");
  name = listed.find((pod) => pod.startsWith("maya-io-agent")) ?? "";
});
afterAll(() => bed[Symbol.asyncDispose]());

it("hands out a pod and its log", async () => {
  expect((await call("GET", `${pods}/${name}`)).body).toMatchObject({ kind: "Pod", metadata: { name, namespace: "maya-system" } });
  const log = await call("GET", `${pods}/${name}/log`);
  expect([log.status, log.headers.get("content-type"), log.text]).toEqual([200, "text/plain", `pod ${name}\ncontainer maya-io-agent\n`]);
  expect((await call("GET", `${pods}/${name}/log?tailLines=1`)).text).toBe("container maya-io-agent\n");
});

it.each([
  { asked: "log?follow=true", status: 405 },
  { asked: "log?tailLines=few", status: 422 },
  { asked: "log?container=other", status: 400 },
  { asked: "status", status: 404 },
  { asked: "log/more", status: 404 },
])("answers $status to $asked", async ({ asked, status }) => {
  expect((await call("GET", `${pods}/${name}/${asked}`)).status).toBe(status);
});

it("knows no log of a pod that is not there, and none for strangers", async () => {
  expect((await call("GET", `${pods}/nobody/log`)).status).toBe(404);
  const stranger = await bed.signUp("stranger@example.com");
  expect((await stranger.call("GET", `${pods}/${name}/log`)).status).toBe(404);
});
