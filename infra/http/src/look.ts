import { request } from "node:https";
import type { PeerCertificate } from "node:tls";
import type { Access } from "./access/access.ts";
import { createTlsAgent } from "./agents.ts";
import { describeCertificate, type SeenCertificate } from "./trust.ts";

const LOOK_LIMIT_MS = 5000;

/** The certificate that a host shows, read from a handshake after which nothing is sent; undefined when there was none. `via` as for agents. */
export const lookAtCertificate = (url: URL, via: string | Access | undefined): Promise<SeenCertificate | undefined> => {
  const seen: SeenCertificate[] = [];
  const judge = (certificate: PeerCertificate): Error => {
    seen.push(describeCertificate(certificate));
    return new Error("looked at");
  };
  const agent = createTlsAgent({ judge }, via);
  return new Promise((resolve) => {
    const end = (): void => {
      agent.destroy();
      resolve(seen[0]);
    };
    const look = request(url, { agent, method: "HEAD", timeout: LOOK_LIMIT_MS });
    look.once("error", end);
    look.once("timeout", () => look.destroy(new Error("no handshake")));
    look.once("response", () => look.destroy(new Error("the judge let it pass")));
    look.end();
  });
};
