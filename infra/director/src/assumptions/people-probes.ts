import type { DirectorClient } from "../director-client.ts";
import { askStatus, observe, type Observation, type Person, type Place, type Probe } from "./probe.ts";

const signUp = (fields: object, publicValue: string, secretValue: string) =>
  ({ method: "POST", path: "/v3/localAuthConfig", body: { ...fields, password: { publicValue, secretValue } } }) as const;

const badSignUps = async ({ visitor }: Place): Promise<Observation[]> => {
  const stamp = Date.now().toString(36);
  const weak = `weak-${stamp}@example.org`;
  const named = { firstName: "Ann", lastName: "Lee" };
  const asked = [
    await askStatus(
      visitor,
      { ...signUp({ lastName: "Lee" }, `n-${stamp}@example.org`, "Ask1!pass"), what: "a sign-up without first name" },
      422,
    ),
    await askStatus(visitor, { ...signUp(named, "no-address", "Ask1!pass"), what: "a sign-up with what is no e-mail address" }, 422),
    await askStatus(visitor, { ...signUp(named, weak, "abcde"), what: "a sign-up with a password of five letters" }, 422),
  ];
  const login = { method: "POST", path: "/v3/token", body: { code: `${weak}:abcde`, authProvider: "localAuthConfig" } } as const;
  const after = await askStatus(visitor, { ...login, what: "a login of whom the last one would have made" }, 401);
  return [...asked, after].map(({ observation }) => observation);
};

const otherCase = async ({ visitor, newPerson }: Place): Promise<Observation[]> => {
  const { email, password } = await newPerson();
  const shouted = email.toUpperCase();
  const login = { method: "POST", path: "/v3/token", body: { code: `${shouted}:${password}`, authProvider: "localAuthConfig" } } as const;
  const asked = [
    await askStatus(visitor, { ...login, what: "a login with the e-mail address in capitals" }, 201),
    await askStatus(visitor, { ...signUp({ firstName: "Ann" }, shouted, password), what: "a second sign-up with it in capitals" }, 409),
  ];
  return asked.map(({ observation }) => observation);
};

const readsOf = async (reader: DirectorClient, wanted: Person): Promise<Observation[]> => {
  const path = `/v3/accounts/${wanted.id}`;
  const plain = await askStatus(reader, { method: "GET", path, what: "a user reads another account" }, 404);
  const what = "a user reads another account with ?searchuser";
  const searched = await askStatus(reader, { method: "GET", path, query: { searchuser: "" }, what }, 200);
  return [plain.observation, searched.observation, observe("the e-mail address in that answer", wanted.email, searched.body["email"])];
};

export const peopleProbes: readonly Probe[] = [
  { id: "A-SIGNUP-REFUSAL", writes: true, ask: badSignUps },
  { id: "A-EMAIL-CASE", writes: true, ask: otherCase },
  {
    id: "A-ACCOUNT-OF-OTHERS",
    writes: true,
    ask: async ({ admin, newPerson }) => {
      const [reader, wanted] = [await newPerson(), await newPerson()];
      const path = `/v3/accounts/${wanted.id}`;
      const byAdmin = await askStatus(admin, { method: "GET", path, what: "the Administrator reads an account" }, 200);
      return [...(await readsOf(reader.director, wanted)), byAdmin.observation];
    },
  },
  {
    id: "A-FOREIGN-GROUP",
    writes: true,
    ask: async ({ newPerson }) => {
      const [owner, stranger] = [await newPerson(), await newPerson()];
      const path = `/v3/groups/${owner.group.id}/clusters`;
      return [
        (await askStatus(stranger.director, { method: "GET", path, what: "a stranger lists a project's clusters" }, 404)).observation,
      ];
    },
  },
];
