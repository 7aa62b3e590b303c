import type { Call } from "../call.ts";
import { forbidden, invalid, missing, notFound, unauthorized } from "../http/api-error.ts";
import { created, ok, present } from "../http/envelope.ts";
import { get, post, type Reply, type Route } from "../http/router.ts";
import { textAt } from "../json.ts";
import type { AccountRow } from "../rows.ts";
import { digestOf, passwordMatches, randomToken, sessionToken } from "../secrets.ts";
import { checkEmail, createAccount, isStrongPassword, sameEmail } from "./accounts.ts";

const SESSION_MS = 16 * 3600 * 1000;

const signedIn = (call: Call, account: AccountRow): Reply => {
  const now = call.director.time.now();
  const jwt = sessionToken({ accountId: account.id, expiresAtMs: now + SESSION_MS }, call.db.state.sessionKey, now);
  return created({ type: "token", jwt, accountId: account.id, authProvider: "localAuthConfig", userType: account.kind });
};

const login = (call: Call): Reply => {
  const provider = call.text("authProvider") || "localAuthConfig";
  if (provider.toLowerCase() !== "localauthconfig") throw invalid(`authProvider ${provider} is not configured`, "InvalidOption");
  // Not trimmed: a password may begin or end with a space.
  const code = textAt(call.request.body, "code") ?? "";
  const colon = code.indexOf(":");
  if (colon <= 0 || colon === code.length - 1) throw unauthorized("the user name or password is incorrect");
  const [name, password] = [code.slice(0, colon), code.slice(colon + 1)];
  const account = call.db.list("accounts").find((row) => row.userName === name || sameEmail(row.email, name));
  if (account === undefined || !passwordMatches(password, account.passwordHash))
    throw unauthorized("the user name or password is incorrect");
  return signedIn(call, account);
};

const signUp = (call: Call): Reply => {
  const firstName = call.text("firstName");
  const email = textAt(call.request.body, "password", "publicValue")?.trim() ?? "";
  const password = textAt(call.request.body, "password", "secretValue") ?? "";
  if (firstName === "") throw missing("firstName");
  checkEmail(call, email);
  if (!isStrongPassword(password))
    throw password === ""
      ? missing("password.secretValue")
      : invalid("the password needs 8 to 20 characters with upper and lower case letters, digits and symbols");
  return signedIn(call, createAccount(call.db, { kind: "user", firstName, lastName: call.text("lastName"), email, password }));
};

const createKey = (call: Call): Reply => {
  const { account } = call;
  const secretValue = randomToken(30);
  const publicValue = randomToken(15);
  const name = call.text("name");
  const { id } = call.db.insert("apiKeys", { accountId: account.id, name, publicValue, secretHash: digestOf(secretValue) });
  const fields = { id, name, accountId: account.id, publicValue, secretValue, state: "active" };
  return created(present(call, { type: "apiKey", path: `apikey/${id}`, fields }));
};

const SETTING = "websocketproxy.unique.identity";

const setting = (call: Call): Reply => {
  if (call.account.kind !== "admin") throw forbidden("settings are read by the Administrator alone");
  if (call.param("name") !== SETTING) throw notFound(`setting ${call.param("name")} is unknown`);
  const fields = { id: SETTING, name: SETTING, value: call.db.state.uniqueId };
  return ok(present(call, { type: "setting", path: `settings/${SETTING}`, fields }));
};

export const authenticationRoutes: readonly Route[] = [
  post("v3/token", login),
  post("v3/localAuthConfig", signUp),
  post("v3/apikey", createKey),
  get("v3/settings/:name", setting),
];
