import { invalid } from "../api-status.ts";
import type { Writer } from "../fields/managers.ts";
import { invalidValue } from "../schema/field-faults.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";
import { groupVersionOf } from "./wire-json.ts";

const LONGEST = 128;

const optionsKind = (method: string): string => (method === "POST" ? "CreateOptions" : method === "PUT" ? "UpdateOptions" : "PatchOptions");

/** The `fieldManager` of a request. Errors: 422 for a name that is too long. */
export const namedManager = (call: Call): string => {
  const name = call.url.searchParams.get("fieldManager") ?? "";
  if (name.length <= LONGEST) return name;
  const fault = invalidValue("fieldManager", name, `may not be more than ${LONGEST} bytes`);
  throw invalid({ kind: optionsKind(call.method), group: "meta.k8s.io", name: "" }, [fault]);
};

/** Who writes: the manager that the request names, or the client's program. Errors: 422 for a name that is too long. */
export const writerOf = (call: Call, target: Target): Writer => {
  const [program = ""] = (call.request.headers["user-agent"] ?? "").split("/");
  const named = namedManager(call);
  return {
    manager: named === "" ? program.slice(0, LONGEST) || "unknown" : named,
    apiVersion: groupVersionOf(target.resource, target.version),
    ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
  };
};
