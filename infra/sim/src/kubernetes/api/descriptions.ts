import { noSuchResource } from "../api-status.ts";
import { KUBERNETES_VERSION } from "../schema/kubernetes-version.ts";
import { openApiIndex, openApiOf, openApiV2, openApiV2Protobuf } from "../schema/openapi.ts";
import { json, type Answer, type Call } from "./call.ts";

const V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

const [, MAJOR, MINOR] = /^v(\d+)\.(\d+)/.exec(KUBERNETES_VERSION) ?? [];

const VERSION = {
  major: MAJOR,
  minor: MINOR,
  gitVersion: KUBERNETES_VERSION,
  gitCommit: "0000000000000000000000000000000000000000",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "simulated",
  compiler: "node",
  platform: "linux/amd64",
};

const openApi = (call: Call, version: string | undefined, rest: readonly string[]): Answer => {
  const resources = call.process.store.registry.all;
  if (version === "v2" && rest.length === 0) {
    const wantsProtobuf = (call.request.headers.accept ?? "").includes(V2_PROTOBUF);
    return wantsProtobuf ? { code: 200, body: openApiV2Protobuf(), contentType: V2_PROTOBUF } : json(openApiV2());
  }
  if (version === "v3" && rest.length === 0) return json(openApiIndex(resources));
  const description = version === "v3" ? openApiOf(resources, rest.join("/")) : undefined;
  if (description === undefined) throw noSuchResource();
  return json(description);
};

/** `/version`, the health paths and OpenAPI; undefined for other paths. */
export const description = (call: Call): Answer | undefined => {
  const [root, second, ...rest] = call.segments;
  if (root === "openapi") return openApi(call, second, rest);
  if (second !== undefined && root !== "healthz" && root !== "readyz" && root !== "livez") return undefined;
  if (root === "version") return json(VERSION);
  if (root === "healthz" || root === "readyz" || root === "livez") {
    return second === undefined || second === "ping" || second === "etcd"
      ? { code: 200, body: "ok", contentType: "text/plain; charset=utf-8" }
      : undefined;
  }
  return undefined;
};
