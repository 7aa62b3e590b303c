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

const ACCOUNT = ["company", "companyRole", "phone"];

const fields = async ({ newPerson }: Place): Promise<Observation[]> => {
  const { director, id, password } = await newPerson();
  const path = `/v3/accounts/${id}`;
  const body = Object.fromEntries(ACCOUNT.map((name) => [name, `of ${name}`]));
  const written = await askStatus(director, { method: "PUT", path, body, what: "a user gives company, role and telephone number" }, 200);
  const read = await askStatus(director, { method: "GET", path, what: "a user reads the own account" }, 200);
  return [
    written.observation,
    ...ACCOUNT.map((name) => observe(`the field ${name} afterwards`, `of ${name}`, read.body[name])),
    observe("the password is in the answer", false, JSON.stringify(read.body).includes(password)),
  ];
};

const credentials = async ({ newPerson }: Place): Promise<Observation[]> => {
  const { director, group } = await newPerson();
  const [provider] = await director.backupProviders();
  const path = `/v3/groups/${group.id}/providercredentials`;
  const secret = "ask-secret-key";
  const body = {
    name: "ask-credential",
    projectId: group.projectId,
    providerId: provider?.id,
    credential: { access_id: "ask", secret_key: secret },
  };
  const added = await askStatus(director, { method: "POST", path, body, what: "the owner adds a credential" }, 201);
  const listed = await askStatus(director, { method: "GET", path, what: "the owner lists credentials" }, 200);
  return [added.observation, listed.observation, observe("the secret is in the list", false, JSON.stringify(listed.body).includes(secret))];
};

export const peopleProbes: readonly Probe[] = [
  { id: "A-ACCOUNT-FIELDS", writes: true, ask: fields },
  { id: "A-CREDENTIAL-LIST", writes: true, ask: credentials },
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
