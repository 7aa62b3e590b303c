import { request } from "node:https";

const LIMIT_MS = 5000;

/** The status that a server of our own authority answers to an unnamed caller. */
export const askStatus = (url: string, caPem: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { ca: caPem, agent: false, timeout: LIMIT_MS }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
      answer.once("error", reject);
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.once("error", reject);
    asked.end();
  });
