import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { parseClusterCommand } from "./cluster-command.ts";
import type { OpenHttp } from "./director-client.ts";
import type { RenderedManifest } from "./render-release.ts";

const manifestSchema = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
});

const noManifests = (where: string, because: string): KuberaError =>
  new KuberaError("DIRECTOR_CONTRACT", {
    what: "the registration URL gives no Kubernetes manifests",
    where,
    because,
    fix: "Fetch the URL by hand; a registration may have been used up or withdrawn, and a login page may have answered.",
  });

/** Objects of a YAML stream in its order; empty documents are left out. */
const parseManifests = (text: string, where: string): RenderedManifest[] => {
  const documents = parseAllDocuments(text, { logLevel: "error" });
  if (!Array.isArray(documents)) throw noManifests(where, "it is empty");
  const broken = documents.find((document) => document.errors.length > 0);
  if (broken !== undefined) throw noManifests(where, `it is not YAML: ${broken.errors[0]?.code ?? ""}`);
  const objects = documents.map((document) => document.toJS() as unknown).filter((object) => object !== null && object !== undefined);
  const parsed = z.array(manifestSchema).min(1, "it is empty").safeParse(objects);
  if (!parsed.success)
    throw noManifests(where, parsed.error.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`).join("; "));
  // Absent and undefined are the same in YAML, but not to the compiler.
  return parsed.data as RenderedManifest[];
};

/** Fetches what a registration command would apply, without credentials, as kubectl does. */
export const readRegistration = async (
  clusterCommand: string,
  { open, signal }: { readonly open: OpenHttp; readonly signal: AbortSignal | undefined },
): Promise<RenderedManifest[]> => {
  const url = new URL(parseClusterCommand(clusterCommand));
  const http = open(url.origin);
  try {
    const { status, body } = await http.request({ method: "GET", path: url.pathname + url.search, responseType: "text", signal });
    // The path holds the registration's token.
    const where = `GET ${url.origin}/…`;
    if (status !== 200) throw noManifests(where, `it answered ${status}`);
    return parseManifests(body, where);
  } finally {
    http.close();
  }
};
