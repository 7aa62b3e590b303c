import { createHttp, type HttpTrust, type Transcript } from "@kubera-e2e/http";
import type { Way } from "@kubera-e2e/http/access";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { BearerTokens } from "./bearer.ts";
import { RegistryClient } from "./registry-client.ts";

export interface OpenRegistryOptions {
  /** Scheme, host and port: "https://registry.example:5000". */
  readonly url: string;
  readonly redactor: Redactor;
  readonly trust?: HttpTrust | undefined;
  readonly access?: Way;
  readonly transcript?: Transcript | undefined;
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
}

/** A client of one registry; no call is made yet. Error: `SETTING_INVALID` for a URL or trust that cannot be used. */
export const openRegistry = ({ url, redactor, trust, access, transcript, credentials }: OpenRegistryOptions): RegistryClient => {
  const open = (baseUrl: string) => createHttp({ baseUrl, redactor, trust, access, transcript, auth: credentials });
  return new RegistryClient({ http: open(url), redactor, tokens: new BearerTokens({ redactor, open }) });
};
