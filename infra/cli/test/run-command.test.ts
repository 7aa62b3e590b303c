import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterEach, expect, test, vi } from "vitest";
import { commandRunner } from "../src/run-command.ts";

afterEach(() => vi.unstubAllEnvs());

const sh = async (script: string, environment: Readonly<Record<string, string>> = {}) => {
  const lines: string[] = [];
  const run = commandRunner(new Redactor(["s3cret-of-lab"]), (line) => lines.push(line));
  const failure = await run({ argv: ["sh", "-c", script], environment, signal: new AbortController().signal }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  return { lines, failure };
};

test("a command of a renewal gets what its step gives, and no secret of ours", async () => {
  vi.stubEnv("KUBERA_SECRET_VSPHERE_PASSWORD", "s3cret-of-lab");
  vi.stubEnv("GOVC_PASSWORD", "s3cret-of-lab");
  expect((await sh('env | cut -d= -f1 | grep -E "^(BED|PATH|GOVC|KUBERA)" | sort', { BED: "lab" })).lines).toEqual(["BED", "PATH"]);
});

test("what it says is masked, as it comes and when it fails", async () => {
  expect(await sh("echo password s3cret-of-lab; exit 3")).toEqual({
    lines: ["password «redacted»"],
    failure: "sh ended with 3\n           password «redacted»",
  });
});
