import { askStatus, observe, type Person, type Place, type Probe } from "./probe.ts";

const IDENTITY = "websocketproxy.unique.identity";
const QUERY = "/maya-cortex-pull/api/prom/api/v1/query";

/** The key of a project as a header. */
const keyOf = async ({ admin }: Place, { group }: Pick<Person, "group">) => ({
  authorization: `Basic ${await group.projectKey(group.projectId, await admin.setting(IDENTITY))}`,
});

const ownKey = async (place: Place) => keyOf(place, { group: await place.admin.projectGroup() });

const queries = async (place: Place) => {
  const headers = await ownKey(place);
  const ask = async (query: string, assumed: number) =>
    (await askStatus(place.visitor, { method: "GET", path: QUERY, query: { query }, headers, what: `the query ${query}` }, assumed))
      .observation;
  return [await ask("count by (job) (openebs_size_of_volume)", 200), await ask("openebs_size_of_volume{", 400)];
};

const acknowledging = async (place: Place) => {
  const person = await place.newPerson();
  const headers = await keyOf(place, person);
  const { id } = await person.group.registerCluster({ name: "ask-alerts", projectId: person.group.projectId, provider: "others" });
  const path = "/alertstore/alerts";
  const labels = { alertname: "AskAlert", job: `cluster_uuid_${id}`, severity: "info" };
  const posted = await askStatus(place.visitor, { method: "POST", path, headers, body: { labels, annotations: {} } }, 201);
  const known = (posted.body["data"] as { readonly id?: string } | undefined)?.id ?? "";
  const acknowledge = { method: "POST", path: `${path}/acknowledge`, headers } as const;
  const unknown = await askStatus(place.visitor, { ...acknowledge, body: { ids: [known, "nobody"] }, what: "one that is not there" }, 404);
  const done = await askStatus(place.visitor, { ...acknowledge, body: { ids: [known] } }, 200);
  await person.group.deleteCluster(id);
  return [posted.observation, unknown.observation, done.observation];
};

const changing = async ({ newPerson, visitor }: Place) => {
  const { director, id, email, password } = await newPerson();
  const path = `/v3/passwords/${id}/`;
  const change = { method: "POST", path, query: { action: "changesecret" } } as const;
  const after = `${password.slice(0, -1)}#`;
  const body = { oldSecret: `${password}x`, newSecret: after };
  const wrong = await askStatus(director, { ...change, body, what: "a change with a wrong old password" }, 422);
  const done = await askStatus(director, { ...change, body: { oldSecret: password, newSecret: after }, what: "a change" }, 200);
  const code = { code: `${email}:${after}`, authProvider: "localAuthConfig" };
  const login = await askStatus(visitor, { method: "POST", path: "/v3/token", body: code, what: "a login with the new one" }, 201);
  return [wrong.observation, done.observation, login.observation];
};

/** What a project tells of its clusters, as far as it can be asked without one. */
export const observeProbes: readonly Probe[] = [
  { id: "A-METRICS-QUERY", writes: false, ask: queries },
  {
    id: "A-LOGS-HEALTH",
    writes: false,
    ask: async (place) => {
      const request = { method: "GET", path: "/elasticsearch/_cluster/health", headers: await ownKey(place) } as const;
      const { observation, body } = await askStatus(place.visitor, request, 200);
      return [observation, observe("it has a status", true, typeof body["status"] === "string")];
    },
  },
  { id: "A-ALERT-ACK", writes: true, ask: acknowledging },
  { id: "A-PASSWORD-CHANGE", writes: true, ask: changing },
];
