import type { BedAccess } from "@kubera-e2e/schema/bed-access";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { DIRECT, type Access } from "./access.ts";
import { JumpHost } from "./jump-host.ts";
import { Proxy } from "./proxy.ts";

export interface OpenAccessOptions {
  readonly redactor: Redactor;
  /** Of a secret that the access names. */
  readonly secret: (name: string) => { readonly username: string; readonly password: string };
}

/** The way that a bed declares; nothing is started or sent before its first connection. Errors: those of `secret`. */
export const openAccess = (access: BedAccess, { redactor, secret }: OpenAccessOptions): Access | typeof DIRECT => {
  switch (access.via) {
    case "direct":
      return DIRECT;
    case "jump-host":
      return new JumpHost(access);
    case "proxy": {
      const credentials = access.credentials === undefined ? undefined : secret(access.credentials);
      if (credentials !== undefined) {
        redactor.add(credentials.password);
        redactor.add(Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64"));
      }
      return new Proxy({ url: access.url, credentials, redactor });
    }
  }
};
