import type { Socket } from "node:net";

/** Longest line that is taken; what a worker asks for is far shorter. */
const LINE_LIMIT = 1024 * 1024;

/** One JSON value a line, both ways, over a connected socket. */
export const sendLine = (socket: Socket, value: unknown): void => {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
};

/** Calls back with each line as it came; a line that never ends breaks the connection. */
export const onLines = (socket: Socket, take: (line: string) => void): void => {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
    if (rest.length > LINE_LIMIT) socket.destroy(new Error(`a line is longer than ${LINE_LIMIT} characters`));
  });
};
