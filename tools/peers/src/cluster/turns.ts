import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { PeerNode } from "./plan.ts";

const TURN_LIMIT_MS = 300_000;

/** An abstract socket: the kernel gives it to one process at a time, and takes it back however that process ends. */
const take = async (name: string): Promise<Server | undefined> => {
  const server = createServer();
  try {
    server.listen(`\0kubera-e2e-peers/${name}`);
    await once(server, "listening");
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
};

const awaitTurn = (name: string): Promise<Server> =>
  waitUntil({
    what: `nobody else works on ${name}`,
    deadlineMs: TURN_LIMIT_MS,
    intervalMs: 100,
    probe: async () => {
      const server = await take(name);
      return server === undefined ? notYet("another process switches it on or off, or copies its disk") : reached(server);
    },
    fix: "Look for another `pnpm peers up` or `down` and wait for it, or end it.",
  });

/** Does work on nodes while no other process does; all callers name nodes in the order of the plan. Error: `WAIT_DEADLINE`. */
export const inTurn = async <T>(nodes: readonly Pick<PeerNode, "name">[], work: () => Promise<T>): Promise<T> => {
  const held: Server[] = [];
  try {
    for (const { name } of nodes) held.push(await awaitTurn(name));
    return await work();
  } finally {
    for (const server of held) server.close();
  }
};
