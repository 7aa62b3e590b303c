import type { Call } from "../call.ts";
import { invalid, missing, notFound } from "../http/api-error.ts";
import { collection, ok, present, type Presented } from "../http/envelope.ts";
import { action, get, type Reply, type Route } from "../http/router.ts";
import type { AccountRow } from "../rows.ts";
import { passwordHash, passwordMatches } from "../secrets.ts";
import { isStrongPassword } from "./accounts.ts";

const presentOne = (call: Call, { id, userName, email }: AccountRow): Presented =>
  present(call, {
    type: "password",
    path: `passwords/${id}`,
    fields: { id, accountId: id, publicValue: userName ?? email },
    actions: ["changesecret"],
  });

const list = (call: Call): Reply => collection(call, "password", [presentOne(call, call.account)]);

/** One's own alone. Errors: 404 for another's, 422 for a wrong old password or a new one that is too weak. */
const change = (call: Call): Reply => {
  const { account } = call;
  if (call.param("id") !== account.id) throw notFound(`password ${call.param("id")} is unknown`);
  const [before, after] = [call.text("oldSecret"), call.text("newSecret")];
  if (!passwordMatches(before, account.passwordHash))
    throw before === "" ? missing("oldSecret") : invalid("oldSecret is not the password", "InvalidOption");
  if (!isStrongPassword(after))
    throw after === "" ? missing("newSecret") : invalid("newSecret needs 8 to 20 characters with upper and lower case, digits and symbols");
  call.db.update("accounts", account.id, { passwordHash: passwordHash(after) });
  return ok(presentOne(call, account));
};

export const passwordRoutes: readonly Route[] = [get("v3/passwords", list), action("v3/passwords/:id", "changesecret", change)];
