import type { IncomingHttpHeaders } from "node:http";
import { ApiStatusError, badRequest, qualified } from "../api-status.ts";
import type { Authorizer } from "../rbac/authorizer.ts";
import { cannot, isPath, type Attributes, type User } from "../rbac/request-attributes.ts";

/** `403 Forbidden` in the words of a real server. */
const refusedTo = (user: User, attributes: Attributes, reason = ""): ApiStatusError => {
  const told = `${cannot(user, attributes)}${reason === "" ? "" : `: ${reason}`}`;
  if (isPath(attributes)) return new ApiStatusError({ code: 403, reason: "Forbidden", message: `forbidden: ${told}`, details: {} });
  const { group, resource, name } = attributes;
  const subject = qualified({ group, plural: resource });
  return new ApiStatusError({
    code: 403,
    reason: "Forbidden",
    message: `${subject}${name === "" ? "" : ` "${name}"`} is forbidden: ${told}`,
    details: { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource },
  });
};

/** Lets a user do what the roles allow. Errors: 403 for all else. */
export const demand = (authorizer: Authorizer, user: User, attributes: Attributes): void => {
  if (authorizer.isMaster(user)) return;
  const { allowed, reason } = authorizer.decide(user, attributes);
  if (!allowed) throw refusedTo(user, attributes, reason);
};

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

const impersonation = (resource: string, name: string, namespace = ""): Attributes => ({
  verb: "impersonate",
  group: "",
  resource,
  subresource: "",
  namespace,
  name,
});

/** Groups of a header that came more than once, as Node joins them. */
const groupsOf = (headers: IncomingHttpHeaders): readonly string[] => {
  const given = headers["impersonate-group"];
  return given === undefined ? [] : [given].flat().flatMap((text) => text.split(", "));
};

const UNKNOWN = /^impersonate-(?!user$|group$)/;

/** The user whom a request wants to act as (`kubectl --as`), else who sent it. Errors: 400 for half a wish, 403 for who may not. */
export const actingAs = (authorizer: Authorizer, user: User, headers: IncomingHttpHeaders): User => {
  const name = headers["impersonate-user"];
  const groups = groupsOf(headers);
  const unknown = Object.keys(headers).find((header) => UNKNOWN.test(header));
  if (unknown !== undefined) throw badRequest(`the simulated server does not impersonate by ${unknown}`);
  if (typeof name !== "string" || name === "") {
    if (groups.length === 0) return user;
    throw badRequest(`requested [{Group  ${groups.join(" ")}}] without impersonating a user`);
  }
  const [, namespace, account] = ACCOUNT.exec(name) ?? [];
  demand(authorizer, user, account === undefined ? impersonation("users", name) : impersonation("serviceaccounts", account, namespace));
  for (const group of groups) demand(authorizer, user, impersonation("groups", group));
  const own = namespace === undefined || groups.length > 0 ? groups : ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  return { name, groups: [...new Set([...own, "system:authenticated"])] };
};
