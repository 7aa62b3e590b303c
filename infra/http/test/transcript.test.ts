import { expect, test } from "vitest";
import { factSchema } from "@kubera-e2e/schema/evidence";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createHttp, Transcript, type ExchangeSummary } from "../src/index.ts";
import { redactBody, redactUrl, type RawExchange } from "../src/exchange.ts";
import { errorOf, serve } from "./test-server.ts";

const SECRET = "s3cret-s3cret";

const raw = (part: Partial<RawExchange> = {}): RawExchange => ({
  atMs: Date.UTC(2026, 0, 1),
  method: "GET",
  url: "http://director.example/v3/x",
  durationMs: 1.4,
  status: 200,
  requestHeaders: {},
  responseHeaders: {},
  ...part,
});

test("tells what was sent and came back, without secrets", async () => {
  await using server = await serve((_request, response) => {
    response.setHeader("set-cookie", ["a=1", "b=2"]).setHeader("content-type", "application/json");
    response.end(JSON.stringify({ token: "made up by the server", note: `you said ${SECRET}`, ok: true }));
  });
  const redactor = new Redactor();
  const transcript = new Transcript({ redactor });
  const http = createHttp({ baseUrl: server.url, redactor, transcript, auth: { username: "u", password: SECRET } });
  await http.request({ method: "POST", path: "/v3/login", query: { token: "abc" }, body: { code: "unknown password", name: "x" } });
  http.close();
  const [exchange] = transcript.exchanges();
  expect(exchange).toMatchObject({
    method: "POST",
    url: `${server.url}/v3/login?token=«redacted»`,
    status: 200,
    requestHeaders: { authorization: "«redacted»", "content-type": "application/json" },
    requestBody: '{"code":"«redacted»","name":"x"}',
    responseHeaders: { "set-cookie": "«redacted»" },
    responseBody: '{"token":"«redacted»","note":"you said «redacted»","ok":true}',
  });
});

test("tells of calls that failed", async () => {
  await using server = await serve((request) => void request.socket.destroy());
  const seen: ExchangeSummary[] = [];
  const redactor = new Redactor([SECRET]);
  const transcript = new Transcript({ redactor, onExchange: (exchange) => seen.push(exchange) });
  const http = createHttp({ baseUrl: server.url, redactor, transcript });
  await errorOf(http.request({ method: "DELETE", path: `/v3/${SECRET}?q=1` }));
  http.close();
  expect(transcript.exchanges()).toMatchObject([{ method: "DELETE", error: "CONNECTION_LOST", responseHeaders: {} }]);
  expect(seen).toEqual([{ method: "DELETE", path: "/v3/«redacted»", durationMs: expect.any(Number) as number, error: "CONNECTION_LOST" }]);
});

test("gives facts that Evidence takes", () => {
  const transcript = new Transcript({ redactor: new Redactor([SECRET]) });
  transcript.record(raw({ responseHeaders: { "content-type": "text/plain" }, responseBody: `plain ${SECRET}` }));
  const facts = transcript.toFacts();
  expect(factSchema.array().parse(facts)).toEqual(facts);
  expect(facts).toEqual([
    {
      kind: "http.exchange",
      at: "2026-01-01T00:00:00.000Z",
      scope: { urlHost: "director.example" },
      data: {
        method: "GET",
        url: "http://director.example/v3/x",
        status: 200,
        durationMs: 1,
        requestHeaders: "{}",
        responseHeaders: '{"content-type":"text/plain"}',
        responseBody: "plain «redacted»",
      },
    },
  ]);
});

test("keeps the last exchanges only", () => {
  const transcript = new Transcript({ redactor: new Redactor(), limit: 3 });
  for (const status of [201, 202, 203, 204, 205]) transcript.record(raw({ status }));
  expect(transcript.exchanges().map(({ status }) => status)).toEqual([203, 204, 205]);
  transcript.clear();
  expect(transcript.exchanges()).toEqual([]);
});

test("keeps bodies of many megabytes only as what may be shown of them", () => {
  const redactor = new Redactor([SECRET]);
  const transcript = new Transcript({ redactor });
  for (let call = 0; call < 5; call += 1) transcript.record(raw({ responseBody: `${SECRET}${"x".repeat(3 * 1024 * 1024)}` }));
  const bodies = transcript.exchanges().map(({ responseBody = "" }) => responseBody);
  expect(bodies).toHaveLength(5);
  for (const body of bodies) {
    expect(body.startsWith("«redacted»xxx")).toBe(true);
    expect(body.length).toBeLessThan(17 * 1024);
  }
});

test("masks what the redactor learns later", () => {
  const redactor = new Redactor();
  const transcript = new Transcript({ redactor });
  transcript.record(raw({ responseBody: `later ${SECRET}` }));
  redactor.add(SECRET);
  expect(transcript.exchanges()[0]?.responseBody).toBe("later «redacted»");
});

test.each([
  {
    title: "fields of secret names in JSON",
    type: "application/json",
    text: '{"a":{"password":"x y z"}}',
    shown: '{"a":{"password":"«redacted»"}}',
  },
  { title: "a form that says one name twice", type: "application/x-www-form-urlencoded", text: "x=1&x=2", shown: "x=1&x=2" },
  { title: "a form", type: "application/x-www-form-urlencoded", text: "password=x+y&user=a%20b", shown: "password=«redacted»&user=a%20b" },
  { title: "XML", type: "text/xml", text: `<password>${SECRET}</password>`, shown: "<password>«redacted»</password>" },
  { title: "JSON that is none", type: "application/json", text: `{"a": ${SECRET}`, shown: '{"a": «redacted»' },
])("masks $title", ({ type, text, shown }) => {
  expect(redactBody(text, type, new Redactor([SECRET]))).toBe(shown);
});

test("masks before it cuts, so that no half of a secret stays at the edge", () => {
  const text = `${"x".repeat(16 * 1024 - 5)}${SECRET}${"y".repeat(100)}`;
  const shown = redactBody(text, "text/plain", new Redactor([SECRET]));
  expect(shown).toBe(`${"x".repeat(16 * 1024 - 5)}«reda… (105 more characters)`);
});

test.each([
  { url: "http://h/p", shown: "http://h/p" },
  { url: `http://h/${SECRET}?a=1&token=t%20t&b=${SECRET}`, shown: "http://h/«redacted»?a=1&token=«redacted»&b=«redacted»" },
])("shows $url without secrets", ({ url, shown }) => {
  expect(redactUrl(url, new Redactor([SECRET]))).toBe(shown);
});

test("says of calls to an API server which cluster they went to, also where two stand behind one host", () => {
  const transcript = new Transcript({ redactor: new Redactor([]) });
  transcript.nameCluster("https://rancher.example/k8s/clusters/c-1", "server");
  transcript.nameCluster("https://rancher.example/k8s/clusters/c-12/", "member");
  for (const path of ["c-1/api/v1/nodes", "c-12/api/v1/nodes", "c-3/api"])
    transcript.record(raw({ url: `https://rancher.example/k8s/clusters/${path}` }));
  expect(transcript.toFacts().map(({ scope }) => scope.cluster)).toEqual(["server", "member", undefined]);
});
