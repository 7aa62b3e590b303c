import type { Call } from "../call.ts";
import { ApiError } from "../http/api-error.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import type { AccountRow } from "../rows.ts";
import { page, type Page } from "./page.ts";
import { dashboardPage, loginPage } from "./page-texts.ts";

const html = (content: Page): Reply => {
  const { body, policy } = page(content);
  const headers = { "content-security-policy": policy, "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return { status: 200, body, contentType: "text/html; charset=utf-8", headers };
};

const redirect = (location: string, headers: Readonly<Record<string, string | readonly string[]>> = {}): Reply => ({
  status: 302,
  body: "",
  contentType: "text/plain; charset=utf-8",
  headers: { location, ...headers },
});

const signedIn = (call: Call): AccountRow | undefined => {
  try {
    return call.account;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
};

const dashboard = (call: Call): Reply => {
  const account = signedIn(call);
  if (account === undefined) return redirect("/login");
  const projects = new Set(
    call.db.list("members").flatMap((row) => (row.accountId === account.id && row.role !== "ProjectMember" ? [row.projectId] : [])),
  );
  const clusters = call.db.list("clusters").filter((row) => projects.has(row.projectId) && row.state !== "removed");
  return html(dashboardPage(account, clusters, call.director.release));
};

const logout = (): Reply => redirect("/login", { "set-cookie": ["token=; Path=/; Max-Age=0", "authProvider=; Path=/; Max-Age=0"] });

export const pageRoutes: readonly Route[] = [
  get("", (call) => redirect(signedIn(call) === undefined ? "/login" : "/dashboard")),
  get("login", (call) => (signedIn(call) === undefined ? html(loginPage()) : redirect("/dashboard"))),
  get("dashboard", dashboard),
  get("logout", logout),
];
