import { askStatus, observe, type Place, type Probe } from "./probe.ts";

const HOUR_S = 3600;
const AUTH_PROVIDER = "localAuthConfig";
const IDENTITY = "websocketproxy.unique.identity";

const loginOf = (code: string | undefined, what: string) =>
  ({ method: "POST", path: "/v3/token", body: { authProvider: AUTH_PROVIDER, ...(code !== undefined && { code }) }, what }) as const;

/** Undefined for a token that tells nothing of its life. */
const lifeOf = (jwt: string): number | undefined => {
  try {
    const { iat, exp } = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, number>;
    return iat === undefined || exp === undefined ? undefined : (exp - iat) / HOUR_S;
  } catch {
    return undefined;
  }
};

const wrongLogins = async ({ visitor, adminName }: Place) => {
  const asked = [
    await askStatus(visitor, loginOf("nobody.at.all:Wr0ng!pass", "a login of a user that does not exist"), 401),
    await askStatus(visitor, loginOf(`${adminName}:Wr0ng!pass`, `a login of ${adminName} with a wrong password`), 401),
    await askStatus(visitor, loginOf(undefined, "a login without user and password"), 401),
  ];
  const texts = asked.flatMap(({ body }) => (typeof body["message"] === "string" ? [body["message"]] : []));
  return [
    ...asked.map(({ observation }) => observation),
    observe("answers that have a text", asked.length, texts.length),
    observe("different texts among these", 1, new Set(texts).size),
  ];
};

export const sessionProbes: readonly Probe[] = [
  { id: "A-LOGIN-REFUSAL", writes: false, ask: wrongLogins },
  {
    id: "A-SESSION-LIFETIME",
    writes: false,
    ask: async ({ admin, visitor }) => {
      const jwt = admin.session?.jwt ?? "";
      const headers = { cookie: `token=${jwt}` };
      const byToken = await askStatus(
        visitor,
        { method: "GET", path: "/v3/groups", headers, what: "a list by the cookie token alone" },
        200,
      );
      return [observe("hours that a session lives", 16, lifeOf(jwt)), byToken.observation];
    },
  },
  {
    id: "A-APIKEY-MANAGEMENT",
    writes: false,
    ask: async ({ admin }) => {
      const { status } = await admin.request({ method: "GET", path: "/v3/apikey" });
      return [observe("GET /v3/apikey is refused with 404 or 405", true, status === 404 || status === 405)];
    },
  },
  {
    id: "A-UNIQUE-ID",
    writes: true,
    ask: async ({ admin, newPerson }) => {
      const person = await newPerson();
      const read = { method: "GET", path: `/v3/settings/${IDENTITY}` } as const;
      const asked = [
        await askStatus(admin, { ...read, what: "the Administrator reads Director's own id" }, 200),
        await askStatus(person.director, { ...read, what: "a user reads it" }, 403),
        await askStatus(admin, { method: "GET", path: "/v3/settings/api.host", what: "the Administrator reads another setting" }, 404),
      ];
      return asked.map(({ observation }) => observation);
    },
  },
  {
    id: "A-PROJECT-KEY-IDENTITY",
    writes: true,
    ask: async ({ newPerson }) => {
      const { director, group } = await newPerson();
      const path = `/v3/groups/${group.id}/projects/${group.projectId}/`;
      const what = "getapikey with the id of another Director";
      const request = { method: "POST", path, query: { action: "getapikey" }, form: { identity: "nobody" }, what } as const;
      return [(await askStatus(director, request, 422)).observation];
    },
  },
  {
    id: "A-ALERTS-REST",
    writes: true,
    ask: async ({ admin, visitor }) => {
      const { projectId, ...group } = await admin.projectGroup();
      const key = await admin.group(group.id).projectKey(projectId, await admin.setting(IDENTITY));
      const headers = { authorization: `Basic ${key}` };
      const { observation, body } = await askStatus(visitor, { method: "GET", path: "/alertstore/alerts", headers }, 200);
      return [
        observation,
        observe("the answer is {status, data}", true, typeof body["status"] === "string" && Array.isArray(body["data"])),
        (await askStatus(admin, { method: "GET", path: "/v3/alerts" }, 404)).observation,
      ];
    },
  },
];
