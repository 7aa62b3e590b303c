import type { Socket } from "node:net";

/** Longest line that is taken; what a worker asks for is far shorter. */
const LINE_LIMIT = 1024 * 1024;

/** One JSON value a line, both ways, over a connected socket. */
export const sendLine = (socket: Socket, value: unknown): void => {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
};

/** Calls back with each line as it came; a line that never ends breaks the connection. */
export const onLines = (socket: Socket, take: (line: string) => void, limit: number = LINE_LIMIT): void => {
  let parts: string[] = [];
  let length = 0;
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const [first = "", ...others] = chunk.split("\n");
    parts.push(first);
    length += first.length;
    const rest = others.pop();
    if (rest !== undefined) {
      const line = parts.join("");
      parts = [rest];
      length = rest.length;
      for (const whole of [line, ...others]) take(whole);
    }
    if (length > limit) socket.destroy(new Error(`a line is longer than ${limit} characters`));
  });
};
