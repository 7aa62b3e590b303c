import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Duplex } from "node:stream";

const TEXT = 0x81;
const SHORT = 126;
const MASKED = 0x80;
const HEAD = { short: 2, medium: 4, long: 10 } as const;

/** One masked text frame, as a client must send it; up to 125 bytes. */
const frameOf = (text: string): Buffer => {
  const body = Buffer.from(text);
  const mask = randomBytes(4);
  const masked = body.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([TEXT, MASKED | body.length]), mask, masked]);
};

/** The first whole text frame of what a server has sent, and the rest; undefined until it is there. */
const firstFrame = (data: Buffer): { readonly text: string; readonly rest: Buffer } | undefined => {
  if (data.length < HEAD.long) return undefined;
  const short = (data[1] ?? 0) & ~MASKED;
  const head = short < SHORT ? HEAD.short : short === SHORT ? HEAD.medium : HEAD.long;
  const length = short < SHORT ? short : short === SHORT ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  if (data.length < head + length) return undefined;
  return { text: data.subarray(head, head + length).toString(), rest: data.subarray(head + length) };
};

const connect = (url: URL): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const key = randomBytes(16).toString("base64");
    const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key };
    const call = request(url, { headers });
    call.once("upgrade", (_answer, socket) => resolve(socket));
    call.once("response", (answer) => reject(new Error(`no web socket: ${answer.statusCode ?? 0}`)));
    call.once("error", reject);
    call.end();
  });

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Calls methods of a JSON protocol over one web socket, one after the other, and hangs up; answers their results. */
export const callOverWebSocket = async (url: URL, calls: readonly { readonly method: string; readonly params: object }[]) => {
  const socket = await connect(url);
  let received: Buffer = Buffer.alloc(0);
  const answered = new Map<number, (answer: Answer) => void>();
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let frame = firstFrame(received); frame !== undefined; frame = firstFrame(received)) {
      received = frame.rest;
      const answer = JSON.parse(frame.text) as Answer;
      answered.get(answer.id ?? -1)?.(answer);
    }
  });
  const results: unknown[] = [];
  for (const [id, { method, params }] of calls.entries()) {
    const answer = await new Promise<Answer>((resolve) => {
      answered.set(id, resolve);
      socket.write(frameOf(JSON.stringify({ id, method, params })));
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error}`);
    results.push(answer.result);
  }
  socket.destroy();
  return results;
};
