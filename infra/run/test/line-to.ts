import { connect } from "node:net";

/** A worker's connection by hand. */
export const lineTo = (address: { readonly KUBERA_RUN_URL: string }) => {
  const socket = connect(Number(new URL(address.KUBERA_RUN_URL).port), "127.0.0.1");
  let told = "";
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.on("data", (chunk: string) => (told += chunk));
  return {
    write: (text: string) => socket.write(text),
    send: (...values: readonly unknown[]) => socket.write(values.map((value) => `${JSON.stringify(value)}\n`).join("")),
    told: () => told,
    destroy: () => socket.destroy(),
    ended: new Promise<void>((resolve) => socket.once("close", () => resolve())),
  };
};
