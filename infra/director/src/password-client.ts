import { anythingSchema, collectionOf, passwordSchema } from "./contract.ts";
import type { DirectorDoor } from "./director-door.ts";

type Call = { readonly signal?: AbortSignal | undefined };

export interface PasswordChange {
  readonly before: string;
  readonly after: string;
}

/** The signed-in account's own password. Error: `DIRECTOR_REFUSED` for a wrong old one or a weak new one. */
export const changePassword = async (door: DirectorDoor, { before, after }: PasswordChange, { signal }: Call = {}): Promise<void> => {
  door.learn(after);
  const { data } = await door.call(collectionOf(passwordSchema), { method: "GET", path: "/v3/passwords", signal });
  for (const password of data) {
    const path = door.actionOf(password, "changesecret");
    await door.call(anythingSchema, { method: "POST", path, body: { oldSecret: before, newSecret: after }, signal });
  }
};
