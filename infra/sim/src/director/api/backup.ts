import { changeScope, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { invalid, missing } from "../http/api-error.ts";
import { collection, created, present, type Presented } from "../http/envelope.ts";
import { get, post, type Reply, type Route } from "../http/router.ts";
import { at, textAt } from "../json.ts";
import type { CredentialRow } from "../rows.ts";

const listProviders = (call: Call): Reply => {
  void call.account;
  const items = call.db
    .list("providers")
    .map((row) => present(call, { type: "backupProvider", path: `backupproviders/${row.id}`, fields: { ...row, state: "active" } }));
  return collection(call, "backupProvider", items);
};

const presentCredential = (call: Call, { group }: Scope, { id, created: addedAt, projectId, name, providerId }: CredentialRow): Presented =>
  present(call, {
    type: "providerCredential",
    path: `groups/${group.id}/providercredentials/${id}`,
    fields: { id, created: addedAt, projectId, name, providerId, state: "active" },
  });

const listCredentials = (call: Call): Reply => {
  const scope = viewScope(call);
  const rows = call.db.list("credentials").filter((row) => row.projectId === scope.group.projectId);
  return collection(
    call,
    "providerCredential",
    rows.map((row) => presentCredential(call, scope, row)),
  );
};

/** Names of any length, taken ones too, are accepted; the keys are not tried out. */
const addCredential = (call: Call): Reply => {
  const scope = changeScope(call);
  const { projectId } = scope.group;
  const [name, providerId] = [call.text("name"), call.text("providerId")];
  const given = at(call.request.body, "credential");
  const [accessId, secretKey] = [textAt(given, "access_id") ?? "", textAt(given, "secret_key") ?? ""];
  for (const [field, value] of Object.entries({ name, providerId, "credential.access_id": accessId, "credential.secret_key": secretKey }))
    if (value === "") throw missing(field);
  if (call.db.get("providers", providerId) === undefined) throw invalid(`providerId ${providerId} is unknown`, "InvalidReference");
  const wanted = call.text("projectId");
  if (wanted !== "" && wanted !== projectId) throw invalid(`projectId ${wanted} is not the project of the group`, "InvalidReference");
  const credential = { access_id: accessId, secret_key: secretKey };
  return created(presentCredential(call, scope, call.db.insert("credentials", { projectId, name, providerId, credential })));
};

export const backupRoutes: readonly Route[] = [
  get("v3/backupproviders", listProviders),
  get("v3/groups/:gid/providercredentials", listCredentials),
  post("v3/groups/:gid/providercredentials", addCredential),
];
