import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { readSettings } from "@kubera-e2e/schema/settings";
import { guiProjects } from "../src/gui-projects.ts";
import { REPOSITORY } from "../src/repository.ts";

const run = promisify(execFile);

const listTests = async (environment: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<string> => {
  const cli = createRequire(join(REPOSITORY, "package.json")).resolve("@playwright/test/cli");
  // An address that nobody asks spares the simulator: nothing is run, only listed.
  const env = { HOME: process.env.HOME, PATH: "/nonexistent", KUBERA_HOST: "http://127.0.0.1:9", ...environment };
  const { stdout } = await run(process.execPath, [cli, "test", "--list", "--reporter=list", ...flags], { cwd: REPOSITORY, env });
  return stdout;
};

describe("guiProjects", () => {
  test("looks for no browser without KUBERA_GUI", () => {
    expect(guiProjects({ settings: readSettings({ KUBERA_CHROMIUM: "/nonexistent" }), target: "sim" })).toEqual([]);
  });

  test("gives the project the browser that is named, and keeps what is typed out of traces", () => {
    const settings = readSettings({ KUBERA_GUI: "1", KUBERA_CHROMIUM: process.execPath });
    const [project] = guiProjects({ settings, target: "real" });
    expect(project).toMatchObject({
      name: "gui",
      use: { launchOptions: { executablePath: process.execPath }, trace: "off", video: "off" },
    });
  });

  test("lets the browser call its maker nowhere", () => {
    const settings = readSettings({ KUBERA_GUI: "1", KUBERA_CHROMIUM: process.execPath });
    const [project] = guiProjects({ settings, target: "real" });
    expect(project?.use.launchOptions.args).toEqual([
      "--host-resolver-rules=MAP google.com ~NOTFOUND, MAP *.google.com ~NOTFOUND, MAP *.googleapis.com ~NOTFOUND, MAP *.gstatic.com ~NOTFOUND",
    ]);
  });

  test("lets the browser reach loopback alone, past every proxy, on a simulated data centre", () => {
    const settings = readSettings({ KUBERA_GUI: "1", KUBERA_CHROMIUM: process.execPath });
    const [project] = guiProjects({ settings, target: "sim" });
    expect(project?.use.launchOptions.args).toEqual([
      "--no-proxy-server",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]);
  });
});

describe("what Playwright lists", () => {
  test("without KUBERA_GUI: no browser spec, and no browser is looked for", async () => {
    const listed = await listTests({ KUBERA_CHROMIUM: "/nonexistent" });
    expect(listed).toContain("[api]");
    expect(listed).not.toContain("gui");
  });

  test("with KUBERA_GUI: the browser specs beside the others", async () => {
    const listed = await listTests({ KUBERA_GUI: "1", KUBERA_CHROMIUM: process.execPath });
    expect(listed).toContain("[api]");
    expect(listed).toContain("[gui] › auth/sign-in.gui.spec.ts");
  });

  test.each([
    ["no project is named", []],
    ["a pattern stands for any", ["--project=*"]],
  ])("nothing that hurts a bed while %s", async (_name, flags) => {
    const listed = await listTests({}, ...flags);
    expect(listed).toContain("[api]");
    expect(listed).not.toContain("chaos");
  });

  test("what hurts a bed, alone, where it is named", async () => {
    const listed = await listTests({ KUBERA_CHAOS: "0" }, "--project=chaos");
    expect(listed).toContain("[chaos] › chaos/director-pods.chaos.spec.ts");
    expect(listed).not.toContain("[api]");
  });
});
