import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { askDirector, isConsidered, type AssumptionAnswer } from "../src/assumptions/index.ts";
import { connectDirector, type DirectorClient } from "../src/index.ts";
import { ADMIN, openSimBed, until, type SimBed } from "./sim-bed.ts";

interface File {
  readonly assumptions: readonly { readonly id: string }[];
}

let ids: readonly string[];
let bed: SimBed;
let admin: DirectorClient;

/** The same Director behind somebody who answers one status in place of another. */
const otherWords = async (target: string, from: number, to: number): Promise<Server> => {
  const server = createServer((incoming, outgoing) => {
    const onwards = request(target + (incoming.url ?? ""), { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode === from ? to : (answer.statusCode ?? 500), answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onwards);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
};

const ask = (visitor: DirectorClient, write: boolean, only: readonly string[] = ids) =>
  askDirector({ visitor, admin, adminName: ADMIN.username, write, ids: only });

const named = (answers: readonly AssumptionAnswer[], verdict: AssumptionAnswer["verdict"]): string[] =>
  answers.filter((answer) => answer.verdict === verdict).map(({ id }) => id);

const accounts = async (): Promise<number> => {
  const { body } = await admin.request({ method: "GET", path: "/v3/accounts" });
  return (body as { readonly data: readonly unknown[] }).data.length;
};

beforeAll(async () => {
  const text = await readFile(new URL("../../sim/assumptions.yaml", import.meta.url), "utf8");
  ids = (parse(text) as File).assumptions.map(({ id }) => id);
  bed = await openSimBed();
  await until("Director answers /ping", async () => ((await bed.director.ping()) ? true : undefined));
  admin = await bed.director.login(ADMIN);
});
afterAll(async () => {
  admin.close();
  await bed.close();
});

test("each assumption has a question, or a reason why no call can answer it", () => {
  expect(ids.filter((id) => !isConsidered(id))).toEqual([]);
});

describe("the simulated Director", () => {
  test("does what its own assumptions say", async () => {
    const { answers } = await ask(bed.director, true);
    expect(answers.flatMap(({ id, observations }) => observations.filter(({ holds }) => !holds).map((one) => ({ id, ...one })))).toEqual(
      [],
    );
    expect(named(answers, "confirmed").length).toBeGreaterThan(20);
    const unasked = answers.filter(({ because }) => because?.startsWith("the question could not be asked"));
    expect(unasked).toEqual([]);
    expect(answers.filter(({ failed }) => failed)).toEqual([]);
  });

  test("has no account more after being asked without --write", async () => {
    const before = await accounts();
    const { answers, signedUp } = await ask(bed.director, false);
    expect([await accounts(), signedUp]).toEqual([before, []]);
    expect(answers.find(({ id }) => id === "A-EMAIL-CASE")).toMatchObject({
      verdict: "untried",
      because: "the question makes accounts or clusters of its own: add --write",
    });
  });
});

describe("a Director that answers otherwise", () => {
  test.each([
    { id: "A-LOGIN-REFUSAL", from: 401, to: 403, told: "a login of a user that does not exist: assumed 401, seen 403" },
    { id: "A-CLUSTER-NAME", from: 409, to: 422, told: 'a cluster called "ask-six": assumed 409, seen 422' },
    { id: "A-FOREIGN-GROUP", from: 404, to: 403, told: "a stranger lists a project's clusters: assumed 404, seen 403" },
    { id: "A-INVITATION-STATES", from: 405, to: 409, told: "a second answer: assumed 405, seen 409" },
  ])("refutes $id", async ({ id, from, to, told }) => {
    const server = await otherWords(bed.director.url, from, to);
    const visitor = connectDirector({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, redactor: new Redactor() });
    const { answers } = await ask(visitor, true, [id]);
    const [answer] = answers;
    const differing = answer?.observations
      .filter(({ holds }) => !holds)
      .map(({ what, assumed, seen }) => `${what}: assumed ${assumed}, seen ${seen}`);
    expect([answer?.verdict, differing?.[0]]).toEqual(["refuted", told]);
    visitor.close();
    server.closeAllConnections();
    server.close();
  });
});

test("a Director that signs nobody up leaves questions unasked, which is no confirmation", async () => {
  const server = await otherWords(bed.director.url, 201, 500);
  const visitor = connectDirector({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, redactor: new Redactor() });
  const { answers, signedUp } = await ask(visitor, true, ["A-FOREIGN-GROUP", "A-CLUSTER-NAME"]);
  expect(answers).toMatchObject([
    { id: "A-FOREIGN-GROUP", verdict: "untried", failed: true },
    { id: "A-CLUSTER-NAME", verdict: "untried", failed: true },
  ]);
  expect([answers[0]?.because, signedUp]).toEqual([expect.stringContaining("the question could not be asked: [DIRECTOR_REFUSED]"), []]);
  visitor.close();
  server.closeAllConnections();
  server.close();
});
