import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { Redactor } from "../src/redactor.ts";

const SECRET = 'p@ss "wörd"/+42';
const MASK = "«redacted»";
const b64 = (text: string): string => Buffer.from(text).toString("base64");

describe("masks a known secret", () => {
  test.each([
    ["as it is", SECRET],
    ["in UTF-8 that was read as Latin-1", Buffer.from(SECRET).toString("latin1")],
    ["in JSON", JSON.stringify({ a: SECRET })],
    ["in a URL", `https://x/?p=${encodeURIComponent(SECRET)}`],
    ["in base64", b64(SECRET)],
    ["in base64 behind one byte", b64(`u${SECRET}`)],
    ["in base64 behind two bytes", b64(`u:${SECRET}`)],
    ["in base64 with something behind it", b64(`user:${SECRET}:more`)],
    ["in base64url", Buffer.from(SECRET).toString("base64url")],
  ])("%s", (_form, text) => {
    const redactor = new Redactor([SECRET]);
    expect(redactor.finds(text)).toBe(true);
    expect(redactor.text(text)).toContain(MASK);
    expect(redactor.finds(redactor.text(text))).toBe(false);
  });
});

test("masks any secret behind any prefix in base64", () => {
  const secret = string({ minLength: 6, maxLength: 40, unit: "grapheme-ascii" });
  assert(property(secret, string({ maxLength: 5 }), (text, prefix) => new Redactor([text]).finds(b64(prefix + text + prefix))));
});

test("finds of many secrets those that stand in a text, wherever they do", () => {
  const texts = array(string({ minLength: 4, maxLength: 9, unit: constantFrom("a", "b", "é", "%") }), { maxLength: 20 });
  const text = string({ maxLength: 60, unit: constantFrom("a", "b", "é", "%") });
  assert(
    property(texts, text, (secrets, searched) => {
      const redactor = new Redactor(secrets);
      expect(redactor.finds(searched)).toBe(redactor.text(searched) !== searched);
      expect(redactor.finds(searched) || !secrets.some((secret) => searched.includes(secret))).toBe(true);
      expect(secrets.some((secret) => redactor.text(searched).includes(secret))).toBe(false);
    }),
  );
});

test("masks headers by their names, whatever they hold", () => {
  const headers = { Authorization: "Basic x", "Set-Cookie": "a=b", "x-api-key": "k", Accept: "json", "x-request": SECRET };
  expect(new Redactor([SECRET]).headers(headers)).toEqual({
    Authorization: MASK,
    "Set-Cookie": MASK,
    "x-api-key": MASK,
    Accept: "json",
    "x-request": MASK,
  });
});

test("masks fields by their names at any depth, and leaves the rest and the given data alone", () => {
  const given = { user: "jo", login: { password: "x", tokens: ["a", SECRET], ttl: 5 }, code: 404, none: null };
  expect(new Redactor([SECRET]).data(given)).toEqual({
    user: "jo",
    login: { password: MASK, tokens: ["a", MASK], ttl: 5 },
    code: 404,
    none: null,
  });
  expect(given.login.password).toBe("x");
});

test("masks the longer of two secrets first, so that no rest of it stays", () => {
  expect(new Redactor(["secret", "secret-and-more"]).text("secret-and-more")).toBe(MASK);
});

test("learns a secret later, and ignores one that would mask ordinary words", () => {
  const redactor = new Redactor();
  redactor.add("abc");
  redactor.add("hunter22");
  expect(redactor.text("abc hunter22")).toBe(`abc ${MASK}`);
});
