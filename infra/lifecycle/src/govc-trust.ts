import { existsSync, readFileSync } from "node:fs";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { Trust } from "@kubera-e2e/schema/test-bed";

const unusable = (variable: string, parts: Pick<KuberaError, "where" | "because" | "fix">): KuberaError =>
  new KuberaError("SETTING_INVALID", { what: `${variable} cannot be used`, ...parts });

const pinFrom = (file: string, endpoint: string): Trust | undefined => {
  const { host, hostname } = new URL(endpoint);
  const lines = readFileSync(file, "utf8").split("\n");
  const line = lines
    .map((text) => text.trim().split(/\s+/))
    .find(([name]) => name === host || name === hostname || name === `${hostname}:443`);
  if (line === undefined) return undefined;
  const digits = (line[1] ?? "").replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return { pin: `sha256:${digits}` };
  throw unusable("GOVC_TLS_KNOWN_HOSTS", {
    where: `${file}: ${line[0] ?? ""}`,
    because: "its thumbprint is not a SHA-256 one, and SHA-1 is not proof any more",
    fix: "Put the SHA-256 fingerprint there: openssl x509 -noout -fingerprint -sha256, or name the CA in GOVC_TLS_CA_CERTS.",
  });
};

const existing = (variable: string, file: string): string => {
  if (existsSync(file)) return file;
  throw unusable(variable, { where: file, because: "there is no such file", fix: `Correct ${variable}, or unset it.` });
};

/** How govc's own variables say that an endpoint is to be trusted; undefined when they say nothing. `SETTING_INVALID` when they cannot be used. */
export const trustOfGovc = (
  settings: Pick<Settings, "GOVC_TLS_CA_CERTS" | "GOVC_TLS_KNOWN_HOSTS">,
  endpoint: string,
): Trust | undefined => {
  const { GOVC_TLS_CA_CERTS: ca, GOVC_TLS_KNOWN_HOSTS: hosts } = settings;
  if (hosts !== undefined && hosts !== "") {
    const pin = pinFrom(existing("GOVC_TLS_KNOWN_HOSTS", hosts), endpoint);
    if (pin !== undefined) return pin;
  }
  return ca === undefined || ca === "" ? undefined : { ca: existing("GOVC_TLS_CA_CERTS", ca) };
};
