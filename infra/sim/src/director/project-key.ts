import { basicOf, type Call } from "./call.ts";
import { unauthorized } from "./http/api-error.ts";
import { projectKey } from "./secrets.ts";

/** The project whose key the request carries; the routes of metrics, logs and alerts know no other credentials. Errors: 401. */
export const projectOfKey = (call: Call): string => {
  const given = basicOf(call.request.headers.authorization);
  const key = call.db.state.sessionKey;
  const project = call.db.list("projects").find((row) => row.id === given?.user);
  if (project === undefined || projectKey(project.id, key).password !== given?.password) throw unauthorized("the project key is not valid");
  return project.id;
};
