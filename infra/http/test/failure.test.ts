import { createServer } from "node:net";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { toWire } from "@kubera-e2e/schema/error-wire";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createHttp, type HttpOptions } from "../src/index.ts";
import { errorOf, listen, serve } from "./test-server.ts";

const PASSWORD = "hunter2-hunter2";

const failureOf = async (baseUrl: string, more: Partial<HttpOptions> = {}): Promise<unknown> => {
  const redactor = new Redactor([PASSWORD]);
  const http = createHttp({ baseUrl, redactor, auth: { username: "admin", password: PASSWORD }, ...more });
  const request = { method: "POST" as const, path: `/login/${PASSWORD}`, query: { token: PASSWORD }, body: { password: PASSWORD } };
  const error = await errorOf(http.request(request));
  http.close();
  return error;
};

const textOf = (error: unknown): string[] => (error as Error).message.split("\n");

/** A port that was free a moment ago. */
const deadPort = async (): Promise<number> => {
  await using server = await listen(createServer(), "http");
  return server.port;
};

test("says that nothing listens", async () => {
  const port = await deadPort();
  expect(textOf(await failureOf(`http://127.0.0.1:${port}`))).toEqual([
    `[CONNECTION_REFUSED] nothing listens at 127.0.0.1:${port}`,
    `  where:   POST http://127.0.0.1:${port}/login/«redacted»`,
    `  because: port ${port} of 127.0.0.1 takes no connection (ECONNREFUSED)`,
    `  fix:     Start the server that should listen at 127.0.0.1:${port}, or correct the address; a firewall can refuse as well.`,
  ]);
});

test("says that the connection broke", async () => {
  await using server = await serve((request) => void request.socket.destroy());
  const host = `127.0.0.1:${server.port}`;
  expect(textOf(await failureOf(server.url))).toEqual([
    `[CONNECTION_LOST] the connection to ${host} broke`,
    `  where:   POST http://${host}/login/«redacted»`,
    "  because: the other side closed it before it had answered (ECONNRESET)",
    `  fix:     Look whether the server at ${host}, or a proxy before it, restarted at this time; then run again.`,
  ]);
});

test("says that the connection broke amid the answer", async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => response.destroy());
  });
  expect(await failureOf(server.url)).toMatchObject({ code: "CONNECTION_LOST" });
});

test("says that a name does not resolve", async () => {
  expect(textOf(await failureOf("http://director.invalid"))).toEqual([
    "[NAME_UNRESOLVED] the name director.invalid does not resolve",
    "  where:   POST http://director.invalid/login/«redacted»",
    expect.stringMatching(/^ {2}because: no DNS server of this computer knows it \((ENOTFOUND|EAI_AGAIN)\)$/),
    "  fix:     Correct the host name, connect the VPN that knows it, or use the address.",
  ]);
});

test.each([
  { title: "nothing", answer: "" },
  { title: "a head without its body", answer: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1" },
])("says that $title came in time", async ({ answer }) => {
  await using server = await listen(
    createServer((socket) => {
      socket.on("error", () => {});
      socket.write(answer);
    }),
    "http",
  );
  const host = `127.0.0.1:${server.port}`;
  expect(textOf(await failureOf(server.url, { timeoutMs: 100 }))).toEqual([
    `[TIMED_OUT] ${host} gave no answer within 0.1 s`,
    `  where:   POST http://${host}/login/«redacted»`,
    "  because: the answer was not complete when the time was over (ETIMEDOUT)",
    `  fix:     Look whether ${host} is overloaded or a firewall drops packets; raise the timeout only when it is merely slow.`,
  ]);
});

test("says that JSON was promised and something else came", async () => {
  await using server = await serve((_request, response) => {
    response.setHeader("content-type", "text/html").end(`<h1>Sign in, ${PASSWORD}</h1>`);
  });
  const host = `127.0.0.1:${server.port}`;
  expect(textOf(await failureOf(server.url))).toEqual([
    `[RESPONSE_INVALID] ${host} promised JSON and sent something else`,
    `  where:   POST http://${host}/login/«redacted»`,
    '  because: status 200, text/html; it starts with "<h1>Sign in, «redacted»</h1>"',
    "  fix:     Look whether a proxy or a login page answered in the server's place, and whether the path belongs to this API.",
  ]);
});

test("says that the other side does not speak HTTP", async () => {
  await using server = await listen(
    createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")),
    "http",
  );
  expect(textOf(await failureOf(server.url))[0]).toBe(`[RESPONSE_INVALID] 127.0.0.1:${server.port} does not speak HTTP`);
});

test("says that the other side does not speak TLS", async () => {
  await using server = await serve((_request, response) => void response.end());
  const error = textOf(await failureOf(`https://127.0.0.1:${server.port}`));
  expect(error[0]).toBe(`[RESPONSE_INVALID] 127.0.0.1:${server.port} does not speak HTTPS`);
  expect(error[3]).toBe("  fix:     Correct the port, or write http:// when the server speaks that.");
});

test("refuses a path that could change the host", async () => {
  const http = createHttp({ baseUrl: "http://127.0.0.1:1", redactor: new Redactor() });
  expect(textOf(await errorOf(http.request({ method: "GET", path: ".elsewhere.example/x" })))).toEqual([
    "[INTERNAL] a request path does not start with a slash",
    '  where:   GET http://127.0.0.1:1 + ".elsewhere.example/x"',
    "  because: paths are appended to the base URL, so that credentials never reach another host",
    "  fix:     Start the path with a slash; for another host make another client.",
  ]);
});

test.each([
  { baseUrl: "https://admin:geheim@esx.example", because: "it carries credentials, which would turn up in logs" },
  { baseUrl: "esx.example", because: "it is not a URL" },
  { baseUrl: "ftp://esx.example", because: "ftp:// is not spoken here" },
  { baseUrl: "https://esx.example/?a=1", because: "it has a query or a fragment" },
])("refuses the base URL $baseUrl", ({ baseUrl, because }) => {
  const make = () => createHttp({ baseUrl, redactor: new Redactor() });
  expect(make).toThrow(`[SETTING_INVALID] the address of an endpoint cannot be used`);
  expect(make).toThrow(because);
  expect(make).not.toThrow("geheim");
});

test("holds no secret anywhere in an error", async () => {
  await using lost = await serve((request) => void request.socket.destroy());
  await using page = await serve((_request, response) => void response.end(`no JSON ${PASSWORD}`));
  const port = await deadPort();
  for (const url of [lost.url, page.url, `http://127.0.0.1:${port}`]) {
    const error = await failureOf(url);
    const everything = `${inspect(error, { depth: 20, showHidden: true, getters: true })}${JSON.stringify(toWire(error))}`;
    expect(new Redactor([PASSWORD]).finds(everything)).toBe(false);
    expect(everything).not.toContain("AxiosError");
  }
});
