import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { expect, test } from "vitest";
import { createHttp } from "../src/index.ts";
import { errorOf } from "./test-server.ts";

type Issued = Awaited<ReturnType<Awaited<ReturnType<typeof createAuthority>>["issueServer"]>>;

const TICKET_KEYS = randomBytes(48);

/** Answers whether the connection resumed a session, and ends it. */
const start = async ({ certPem, keyPem }: Issued, { port = 0, ticketKeys = TICKET_KEYS } = {}): Promise<Server> => {
  const server = createServer({ cert: certPem, key: keyPem, ticketKeys }, ({ socket }, response) => {
    response.writeHead(200, { connection: "close" }).end(JSON.stringify({ isResumed: (socket as TLSSocket).isSessionReused() }));
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
  return server;
};

const stop = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await once(server.close(), "close");
};

test("a session is resumed after refused connections and calls that were given up, and whoever cannot resume it is verified anew", async () => {
  const [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  const good = await authority.issueServer();
  const first = await start(good);
  const { port } = first.address() as AddressInfo;
  const http = createHttp({ baseUrl: `https://127.0.0.1:${port}`, redactor: new Redactor(), trust: { ca: authority.certPem } });
  const ask = async (): Promise<unknown> => (await http.request({ method: "GET", path: "/" })).body;
  expect(await ask()).toEqual({ isResumed: false });
  await stop(first);
  expect(await errorOf(ask())).toMatchObject({ code: "CONNECTION_REFUSED" });
  const again = await start(good, { port });
  const givenUp = new AbortController();
  again.once("connection", () => givenUp.abort());
  await errorOf(http.request({ method: "GET", path: "/", signal: givenUp.signal }));
  expect(await ask()).toEqual({ isResumed: true });
  await stop(again);
  const other = await start(await stranger.issueServer(), { port, ticketKeys: randomBytes(48) });
  expect(await errorOf(ask())).toMatchObject({ code: expect.stringMatching(/^TLS_/) as unknown });
  await stop(other);
  http.close();
});
