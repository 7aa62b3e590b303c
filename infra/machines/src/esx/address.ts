import { isLoopback } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** Where vim25 is spoken. */
export interface VsphereAddress {
  /** Scheme, host and port. */
  readonly baseUrl: string;
  readonly path: string;
}

const refuse = (shown: string, because: string, fix: string): KuberaError =>
  new KuberaError("SETTING_INVALID", {
    what: "the address of vSphere cannot be used",
    where: `"${shown}", as machines.endpoint or GOVC_URL gives it`,
    because,
    fix,
  });

const withoutCredentials = (text: string): string => text.replace(/^([a-z]+:\/\/)?[^/]*@/i, "$1");

/** The address behind what GOVC_URL may hold: a host, host:port or URL; credentials in it are refused. Error: `SETTING_INVALID`. */
export const parseVsphereAddress = (text: string): VsphereAddress => {
  const trimmed = text.trim();
  const shown = withoutCredentials(trimmed);
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (trimmed === "" || !URL.canParse(whole)) throw refuse(shown, "it is neither a host nor a URL", "Write HOST or https://HOST/sdk.");
  const url = new URL(whole);
  if (url.username !== "" || url.password !== "")
    throw refuse(
      shown,
      "it carries credentials, which would turn up in process lists and logs",
      "Take them out and give them as the secret that machines.credentials names.",
    );
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refuse(shown, `${url.protocol}// is not how vSphere is spoken to`, "Write https://HOST/sdk.");
  if (url.protocol === "http:" && !isLoopback(url))
    throw refuse(shown, "plain http would show the password to everybody on the way", "Write https://HOST/sdk.");
  const path = url.pathname.replace(/\/+$/, "");
  return { baseUrl: url.origin, path: path === "" ? "/sdk" : path };
};
