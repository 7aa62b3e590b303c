import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peersFolder } from "../src/cache-folder.ts";

test("keeps built peers under the home folder", async () => {
  const home = await mkdtemp(join(tmpdir(), "kubera-home-"));
  expect(await peersFolder(home)).toBe(join(home, ".cache", "kubera-e2e", "peers"));
  await rm(home, { recursive: true });
});

test.each([
  { title: "there is no home", home: () => Promise.resolve("") },
  {
    title: "nothing can be written there",
    home: async () => {
      const file = join(await mkdtemp(join(tmpdir(), "kubera-home-")), "a-file");
      await writeFile(file, "");
      return file;
    },
  },
])("keeps built peers in the OS temp folder when $title", async ({ home }) => {
  expect(await peersFolder(await home())).toMatch(new RegExp(`^${tmpdir()}/kubera-e2e-\\d+/peers$`));
});
