import { createHttp, type HttpTrust, type Transcript } from "@kubera-e2e/http";
import type { Way } from "@kubera-e2e/http/access";
import type { Fence } from "@kubera-e2e/schema/fence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { DirectorClient, type Login } from "./director-client.ts";
import { DirectorDoor } from "./director-door.ts";

export interface OpenDirectorOptions {
  /** Scheme, host and port: "http://127.0.0.1:8080". */
  readonly url: string;
  readonly redactor: Redactor;
  readonly trust?: HttpTrust | undefined;
  readonly access?: Way;
  readonly transcript?: Transcript | undefined;
  /** As the room http has it. */
  readonly fence?: Fence | undefined;
  readonly timeoutMs?: number;
}

/** A Director without credentials; no call is made yet. Error: `SETTING_INVALID` for a URL or trust that cannot be used. */
export const connectDirector = ({ url, timeoutMs, ...options }: OpenDirectorOptions): DirectorClient => {
  const openHttp = (baseUrl: string) => createHttp({ baseUrl, ...options, ...(timeoutMs !== undefined && { timeoutMs }) });
  const http = openHttp(url);
  const door = new DirectorDoor({ http, redactor: options.redactor, auth: { kind: "none" } });
  return new DirectorClient({ door, http, openHttp });
};

/** A Director as one account, signed in. Errors: `DIRECTOR_REFUSED` for a wrong login, `DIRECTOR_CONTRACT`, those of the room http. */
export const openDirector = async ({
  credentials,
  ...options
}: OpenDirectorOptions & { readonly credentials: Login }): Promise<DirectorClient> => {
  const director = connectDirector(options);
  try {
    return await director.login(credentials);
  } catch (error) {
    director.close();
    throw error;
  }
};
