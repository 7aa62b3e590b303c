import { Redactor } from "@kubera-e2e/schema/redactor";
import { expect, test } from "vitest";
import { createHttp, Transcript } from "../src/index.ts";
import type { Looked, PendingChange } from "../src/witness.ts";
import { echo, errorOf, serve } from "./test-server.ts";

const stage = (url: string) => {
  const seen: PendingChange[] = [];
  const ends: Looked[] = [];
  const transcript = new Transcript({ redactor: new Redactor() });
  transcript.witness = async (change) => {
    seen.push(change);
    return (answer) => void ends.push(answer);
  };
  const http = createHttp({ baseUrl: `${url}/api`, redactor: new Redactor(), transcript, auth: { bearer: "a-token" } });
  return { http, transcript, seen, ends };
};

test("a witness sees changes before and after, and no questions", async () => {
  await using server = await serve(echo);
  const { http, seen, ends } = stage(server.url);
  await http.request({ method: "GET", path: "/x" });
  await http.request({ method: "POST", path: "/x", query: { action: "go" }, body: { a: 1 } });
  http.close();
  expect(seen).toMatchObject([{ method: "POST", url: `${server.url}/api/x?action=go`, path: "/x?action=go", body: '{"a":1}' }]);
  expect(ends).toMatchObject([{ status: 200, body: { method: "POST" } }]);
});

test("a look goes out as the same caller and into no transcript", async () => {
  await using server = await serve(echo);
  const { http, transcript, seen } = stage(server.url);
  await http.request({ method: "DELETE", path: "/x", headers: { cookie: "token=1" } });
  const looked = await seen[0]?.look("/y");
  http.close();
  expect(looked).toMatchObject({
    status: 200,
    body: { method: "GET", url: "/api/y", headers: { cookie: "token=1", authorization: "Bearer a-token" } },
  });
  expect(transcript.exchanges().map(({ method }) => method)).toEqual(["DELETE"]);
});

test("a call without an answer is not told, and a look at nobody answers 0", async () => {
  await using server = await serve((request) => void request.socket.destroy());
  const { http, seen, ends } = stage(server.url);
  await errorOf(http.request({ method: "PATCH", path: "/x", body: {} }));
  expect(ends).toEqual([]);
  expect(await seen[0]?.look("/x")).toEqual({ status: 0, body: undefined });
  http.close();
});
