import type { DirectorClient } from "../director-client.ts";
import { askStatus, observe, type Observation, type Probe } from "./probe.ts";

const COLLECTION = ["type", "resourceType", "links", "data", "pagination", "sort", "filters", "createTypes", "createDefaults", "actions"];
const RESOURCE = ["id", "type", "links", "actions"];

const missingOf = (body: object, names: readonly string[]): string =>
  names.filter((name) => !Object.hasOwn(body, name)).join(", ") || "none";

const groupIds = async (director: DirectorClient, query: Readonly<Record<string, string>>): Promise<string> => {
  const { body } = await director.request({ method: "GET", path: "/v3/groups", query });
  const { data } = body as { readonly data?: readonly { readonly id: string }[] };
  return (data ?? []).map(({ id }) => id).join(", ");
};

const statuses = async ({
  visitor,
  admin,
}: {
  readonly visitor: DirectorClient;
  readonly admin: DirectorClient;
}): Promise<Observation[]> => {
  const asked = [
    await askStatus(visitor, { method: "GET", path: "/v3/groups", what: "a list without credentials" }, 401),
    await askStatus(admin, { method: "GET", path: "/v3/no-such-thing", what: "a path that nobody serves" }, 404),
    await askStatus(admin, { method: "DELETE", path: "/v3/groups", what: "a method that a collection has not" }, 405),
    await askStatus(visitor, { method: "POST", path: "/v3/token", body: [], what: "a login whose body is no JSON object" }, 400),
  ];
  return asked.map(({ observation }) => observation);
};

export const envelopeProbes: readonly Probe[] = [
  {
    id: "A-ENVELOPE",
    writes: false,
    ask: async ({ admin }) => {
      const { body } = await askStatus(admin, { method: "GET", path: "/v3/groups" }, 200);
      const [first = {}] = (body["data"] ?? []) as readonly object[];
      return [
        observe("fields that a collection lacks", "none", missingOf(body, COLLECTION)),
        observe("fields that a resource lacks", "none", missingOf(first, RESOURCE)),
        (await askStatus(admin, { method: "GET", path: "/v3/schemas" }, 404)).observation,
      ];
    },
  },
  {
    id: "A-FILTER-UNKNOWN-FIELD",
    writes: false,
    ask: async ({ admin }) => {
      const all = await groupIds(admin, {});
      // A filter of nothing proves nothing.
      if (all === "") return [];
      return [observe("groups, filtered by a field that none has", all, await groupIds(admin, { nosuchfield: "x" }))];
    },
  },
  { id: "A-ERROR-STATUS", writes: false, ask: statuses },
  {
    id: "A-WEB-UI",
    writes: false,
    ask: async ({ visitor }) => {
      const { status, body } = await visitor.request({ method: "GET", path: "/login", headers: { accept: "text/html" } });
      const ids = ["signinEmail", "signinPassword"].filter((id) => String(body).includes(`id="${id}"`));
      return [
        observe("the page /login", 200, status),
        observe("ids of its fields, in what is served before any script runs", "signinEmail, signinPassword", ids.join(", ")),
      ];
    },
  },
  {
    id: "A-DMAAS-REST",
    writes: false,
    ask: async ({ admin }) => {
      const { id } = await admin.projectGroup();
      const paths = ["dmaasschedules", "dmaasbackups", "dmaasrestores"].map((name) => `/v3/groups/${id}/${name}`);
      return Promise.all(paths.map(async (path) => (await askStatus(admin, { method: "GET", path }, 404)).observation));
    },
  },
];
