import { expect, test } from "vitest";
import { SshLog } from "../src/access/ssh-log.ts";

const REFUSED = "channel 2: open failed: connect failed: Connection refused";
const freed = (channel: number, host: string, port: number): string =>
  `debug1: channel ${channel}: free: direct-tcpip: listening port 41080 for ${host} port ${port}, connect from 127.0.0.1 port 5 to 127.0.0.1 port 41080, nchannels 3`;

const logOf = (...chunks: readonly string[]): SshLog => {
  const log = new SshLog();
  for (const chunk of chunks) log.take(chunk);
  return log;
};

test("is ready when the port is bound, not when it says that it will be", () => {
  const log = logOf("debug1: Local forwarding listening on 127.0.0.1 port 41080.\r\n");
  expect(log.isReady).toBe(false);
  log.take("debug1: Entering inter");
  expect(log.isReady).toBe(false);
  log.take("active session.\r\n");
  expect(log.isReady).toBe(true);
});

test("a server cannot make it ready by a banner", () => {
  expect(logOf("Entering interactive session.\n").isReady).toBe(false);
});

test.each([
  { title: "an address", host: "10.0.0.5", port: 443 },
  { title: "a name", host: "vcenter.lab", port: 8443 },
  { title: "an IPv6 address", host: "fd00::5", port: 443 },
])("ties a refusal to $title, however the lines are cut", ({ host, port }) => {
  const text = `${REFUSED}\r\n${freed(2, host, port)}\r\n`;
  const log = logOf(...text.split(""));
  expect(log.refusalOf({ host, port }, 0)).toBe("connect failed: Connection refused");
  expect(log.refusalOf({ host, port: port + 1 }, 0)).toBeUndefined();
  expect(log.refusalOf({ host, port }, performance.now() + 1)).toBeUndefined();
});

test("a channel whose number is used again tells of its own end alone", () => {
  const log = logOf(`${REFUSED}\n${freed(2, "a.lab", 443)}\n${freed(2, "b.lab", 443)}\n`);
  expect(log.refusalOf({ host: "b.lab", port: 443 }, 0)).toBeUndefined();
});

test("keeps the last words for people, and not its debugging", () => {
  const words = Array.from({ length: 30 }, (_word, index) => `word ${index}\n`);
  const log = logOf("debug1: Offering public key: /keys/id\n", ...words, "the end");
  log.end();
  expect(log.isOver).toBe(true);
  expect(log.said).toEqual([...words.slice(11).map((word) => word.trim()), "the end"]);
});
