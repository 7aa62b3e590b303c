import type { Call } from "../call.ts";
import type { Database } from "../database.ts";
import { conflict, forbidden, invalid, missing, notFound } from "../http/api-error.ts";
import { collection, ok, present, type Presented } from "../http/envelope.ts";
import { get, put, type Reply, type Route } from "../http/router.ts";
import type { AccountRow } from "../rows.ts";
import { passwordHash } from "../secrets.ts";

const EMAIL = /^[^\s@]+@[^\s@]+$/;

export const sameEmail = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Length 8 to 20 with an upper-case and a lower-case letter, a digit and a symbol. */
export const isStrongPassword = (password: string): boolean =>
  password.length >= 8 && password.length <= 20 && [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9\s]/].every((rule) => rule.test(password));

export interface NewAccount {
  readonly kind: AccountRow["kind"];
  readonly userName?: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly password: string;
}

/** An account with what it owns from the first moment: project `Default` and its group `ProjectAccount`. */
export const createAccount = (db: Database, { password, ...fields }: NewAccount): AccountRow => {
  const account = db.insert("accounts", { ...fields, passwordHash: passwordHash(password), onboardingStatus: 0 });
  const project = db.insert("projects", { name: "Default", ownerId: account.id });
  db.insert("groups", { name: "ProjectAccount", projectId: project.id });
  db.insert("members", { projectId: project.id, accountId: account.id, role: "ProjectOwner" });
  return account;
};

const isTaken = (call: Call, email: string, except?: string): boolean =>
  call.db.list("accounts").some((account) => account.id !== except && sameEmail(account.email, email));

/** Errors: 422 for text that is no e-mail, 409 for one that another account has. */
export const checkEmail = (call: Call, email: string, except?: string): void => {
  if (!EMAIL.test(email)) throw email === "" ? missing("email") : invalid("email is not an e-mail address");
  if (isTaken(call, email, except)) throw conflict("use a different email as this email is already taken");
};

const presentAccount = (call: Call, account: AccountRow): Presented => {
  const { passwordHash: _, ...fields } = account;
  return present(call, {
    type: "account",
    path: `accounts/${account.id}`,
    fields: { ...fields, name: [account.firstName, account.lastName].filter(Boolean).join(" "), state: "active" },
    links: { groups: "groups" },
  });
};

/** What one account may know of another: enough to invite it. */
const presentPerson = (call: Call, { id, firstName, lastName, email }: AccountRow): Presented =>
  present(call, { type: "account", path: `accounts/${id}`, fields: { id, firstName, lastName, email } });

const read = (call: Call): Reply => {
  const self = call.account;
  const wanted = call.db.get("accounts", call.param("id"));
  if (wanted === undefined) throw notFound(`account ${call.param("id")} is unknown`);
  if (wanted.id === self.id || self.kind === "admin") return ok(presentAccount(call, wanted));
  if (call.request.query.has("searchuser")) return ok(presentPerson(call, wanted));
  throw notFound(`account ${wanted.id} is unknown`);
};

const list = (call: Call): Reply => {
  const self = call.account;
  const rows = self.kind === "admin" ? call.db.list("accounts") : [self];
  return collection(
    call,
    "account",
    rows.map((row) => presentAccount(call, row)),
  );
};

const EDITABLE = ["firstName", "lastName", "email", "company", "companyRole", "phone"] as const;

const checkNames = (account: AccountRow, change: Partial<AccountRow>): void => {
  const builtIn = account.kind === "admin" && (change.firstName !== undefined || change.lastName !== undefined);
  if (builtIn) throw invalid("fill in all required fields: the names of the built-in Administrator cannot be edited", "InvalidOption");
  if (change.firstName === "") throw missing("firstName");
};

const edit = (call: Call): Reply => {
  const self = call.account;
  if (call.param("id") !== self.id) throw forbidden("an account is edited by its owner alone");
  const given = EDITABLE.filter((field) => Object.hasOwn(call.request.body, field));
  const change: Partial<AccountRow> = Object.fromEntries(given.map((field) => [field, call.text(field)]));
  checkNames(self, change);
  if (change.email !== undefined) checkEmail(call, change.email, self.id);
  const status = Number(call.text("onboardingStatus") || self.onboardingStatus);
  if (!Number.isInteger(status)) throw invalid("onboardingStatus is not a number");
  return ok(presentAccount(call, call.db.update("accounts", self.id, { ...change, onboardingStatus: status }) ?? self));
};

const identity = (call: Call): Reply => {
  const { account } = call;
  const fields = { id: account.id, accountId: account.id, login: account.userName ?? account.email, kind: account.kind };
  return ok(present(call, { type: "identity", path: "identity", fields: { ...fields, name: presentAccount(call, account)["name"] } }));
};

export const accountRoutes: readonly Route[] = [
  get("v3/identity", identity),
  get("v3/accounts", list),
  get("v3/accounts/:id", read),
  get("v3/account/:id", read),
  put("v3/accounts/:id", edit),
];
