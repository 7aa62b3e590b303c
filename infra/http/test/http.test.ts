import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createHttp } from "../src/index.ts";

let server: Server;
let baseUrl = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

test.each([
  ["JSON", { body: { a: 1 } }, '{"a":1}', "application/json"],
  ["text", { body: "<x/>", headers: { "Content-Type": "text/xml" } }, "<x/>", "text/xml"],
  ["a form", { form: { user: "a b", pass: "c&d" } }, "user=a+b&pass=c%26d", "application/x-www-form-urlencoded; charset=utf-8"],
])("sends %s", async (...[, part, body, type]) => {
  const http = createHttp({ baseUrl, redactor: new Redactor() });
  const answer = await http.request({ method: "POST", path: "/x?z=1", query: { a: [1, 2], b: undefined, c: "ä&" }, ...part });
  http.close();
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ method: "POST", url: "/x?z=1&a=1&a=2&c=%C3%A4%26", body, headers: { "content-type": type } });
});
