import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { peersFolder } from "../src/cache-folder.ts";

const newHome = async (): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), "kubera-home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  return home;
};

test("keeps built peers under the home folder", async () => {
  const home = await newHome();
  expect(await peersFolder(home)).toBe(join(home, ".cache", "kubera-e2e", "peers"));
});

test.each([
  { title: "there is no home", home: () => Promise.resolve("") },
  {
    title: "nothing can be written there",
    home: async () => {
      const file = join(await newHome(), "a-file");
      await writeFile(file, "");
      return file;
    },
  },
])("keeps built peers in the OS temp folder when $title", async ({ home }) => {
  vi.stubEnv("TMPDIR", await newHome());
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await peersFolder(await home())).toMatch(new RegExp(`^${tmpdir()}/kubera-e2e-\\d+/peers$`));
});
