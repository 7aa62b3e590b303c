import type { AccountRow, ClusterRow } from "../rows.ts";
import { escaped, type Page } from "./page.ts";

const LOGIN_SCRIPT = `
const form = document.getElementById("signin");
const error = document.getElementById("signinError");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  error.textContent = "";
  const code = form.elements.email.value + ":" + form.elements.password.value;
  try {
    const answer = await fetch("/v3/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, authProvider: "localAuthConfig" }),
    });
    if (answer.status === 201) {
      const { jwt } = await answer.json();
      document.cookie = "token=" + encodeURIComponent(jwt) + "; path=/; samesite=strict";
      document.cookie = "authProvider=localAuthConfig; path=/; samesite=strict";
      location.assign("/dashboard");
      return;
    }
    error.textContent = answer.status < 500 ? "The email address or password is incorrect." : "Director cannot sign you in at the moment. Try again.";
  } catch {
    error.textContent = "Director does not answer. Try again.";
  }
  form.elements.password.focus();
});
`;

export const loginPage = (): Page => ({
  title: "Sign in",
  script: LOGIN_SCRIPT,
  main: `<div class="card narrow">
<h1>Kubera Director</h1>
<form id="signin" method="post" action="/login" novalidate>
<label for="signinEmail">Email address or user name</label>
<input id="signinEmail" name="email" autocomplete="username" autocapitalize="none" spellcheck="false" required aria-describedby="signinError">
<label for="signinPassword">Password</label>
<input id="signinPassword" name="password" type="password" autocomplete="current-password" required aria-describedby="signinError">
<p id="signinError" class="error" role="alert"></p>
<button type="submit">Sign in</button>
</form>
</div>`,
});

// States change while one looks on; the table is fetched anew rather than the page reloaded, which would lose the focus.
const DASHBOARD_SCRIPT = `
setInterval(async () => {
  try {
    const answer = await fetch("/dashboard", { redirect: "manual" });
    if (answer.type === "opaqueredirect") { location.assign("/login"); return; }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("clusters");
    const shown = document.getElementById("clusters");
    if (fresh && shown.innerHTML !== fresh.innerHTML) shown.innerHTML = fresh.innerHTML;
  } catch {
    return;
  }
}, 3000);
`;

const row = ({ name, state, kubernetesVersion }: ClusterRow): string =>
  `<tr><th scope="row">${escaped(name)}</th><td>${escaped(state)}</td><td>${escaped(kubernetesVersion ?? "–")}</td></tr>`;

const table = (clusters: readonly ClusterRow[]): string =>
  clusters.length === 0
    ? "<p>No clusters yet. Connect one to see it here.</p>"
    : `<table><caption>Clusters</caption><thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">Kubernetes</th></tr></thead><tbody>${clusters.map(row).join("")}</tbody></table>`;

export const dashboardPage = (account: AccountRow, clusters: readonly ClusterRow[], release: string): Page => ({
  title: "Dashboard",
  script: DASHBOARD_SCRIPT,
  main: `<header class="bar"><h1>Dashboard</h1><p>Signed in as <strong id="user">${escaped(
    [account.firstName, account.lastName].filter(Boolean).join(" "),
  )}</strong> · <a href="/logout">Sign out</a></p></header>
<section class="card" id="clusters" aria-live="polite">${table(clusters)}</section>
<p class="dim">Release ${escaped(release)}</p>`,
});
