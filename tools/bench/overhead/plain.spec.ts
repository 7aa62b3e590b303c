import { Agent } from "node:http";
import { expect, test } from "@playwright/test";
import { create, type AxiosInstance } from "axios";
import { CALLS, TESTS } from "./size.ts";

const baseURL = process.env["BENCH_DIRECTOR"] ?? "";
const agent = new Agent({ keepAlive: true });
let director: AxiosInstance;

test.beforeAll(async () => {
  const code = process.env["BENCH_LOGIN"] ?? "";
  const bare = create({ baseURL, httpAgent: agent, proxy: false });
  const session = await bare.post<{ jwt: string }>("/v3/token", { code, authProvider: "localAuthConfig" });
  const cookie = `token=${session.data.jwt}; authProvider=localAuthConfig`;
  director = create({ baseURL, httpAgent: agent, proxy: false, headers: { cookie } });
});

test.afterAll(() => agent.destroy());

for (let number = 1; number <= TESTS; number += 1) {
  test(`makes its calls, ${number}`, async () => {
    const statuses: number[] = [];
    for (let call = 0; call < CALLS; call += 1) statuses.push((await director.get("/v3/groups")).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
}
