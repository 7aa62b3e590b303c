import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openMachines, parseVsphereAddress } from "../src/index.ts";
import { Gathering } from "../src/esx/gathering.ts";
import { readSnapshots } from "../src/esx/snapshot-tree.ts";
import { leaf, parseXml } from "../src/esx/xml.ts";

test.each([
  ["esx1.lab.example", { baseUrl: "https://esx1.lab.example", path: "/sdk" }],
  ["esx1:8443", { baseUrl: "https://esx1:8443", path: "/sdk" }],
  [" 10.0.0.7 ", { baseUrl: "https://10.0.0.7", path: "/sdk" }],
  ["https://vc.lab.example/sdk", { baseUrl: "https://vc.lab.example", path: "/sdk" }],
  ["https://vc.lab.example/sdk/", { baseUrl: "https://vc.lab.example", path: "/sdk" }],
  ["https://[::1]:8989", { baseUrl: "https://[::1]:8989", path: "/sdk" }],
  ["http://127.0.0.1:8989/sdk", { baseUrl: "http://127.0.0.1:8989", path: "/sdk" }],
  ["https://vc/behind/sdk", { baseUrl: "https://vc", path: "/behind/sdk" }],
])("reads the address %s", (text, address) => {
  expect(parseVsphereAddress(text)).toEqual(address);
});

test.each([
  ["https://root:geheim@esx1/sdk", "it carries credentials, which would turn up in process lists and logs"],
  ["root:geheim@esx1", "it carries credentials, which would turn up in process lists and logs"],
  ["http://esx1/sdk", "plain http would show the password to everybody on the way"],
  ["ftp://esx1", "ftp:// is not how vSphere is spoken to"],
  ["", "it is neither a host nor a URL"],
  ["https://", "it is neither a host nor a URL"],
  ["a b", "it is neither a host nor a URL"],
])('refuses the address "%s"', (text, because) => {
  expect(() => parseVsphereAddress(text)).toThrow(because);
  expect(() => parseVsphereAddress(text)).not.toThrow("geheim");
});

/** The user in the address that is read; empty for one that is refused as it should be. */
const usernameOf = (text: string): string => {
  try {
    const { baseUrl, path } = parseVsphereAddress(text);
    return new URL(baseUrl + path).username;
  } catch (error) {
    if (error instanceof KuberaError) return "";
    throw error;
  }
};

test("reads or refuses any address, and never lets credentials through", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.tuple(fc.string(), fc.domain()).map(([user, host]) => `${user}@${host}`),
      ),
      (text) => {
        expect(usernameOf(text)).toBe("");
      },
    ),
  );
});

const snapshotXml = (id: string, state: string, children = ""): string =>
  `<x><snapshot>${id}</snapshot><name>n</name><description/><createTime>t</createTime><state>${state}</state>${children}</x>`;

test.each([
  { state: "poweredOff", memoryKey: "-1", withMemory: false },
  { state: "poweredOff", memoryKey: undefined, withMemory: false },
  { state: "poweredOff", memoryKey: "7", withMemory: true },
  { state: "poweredOn", memoryKey: "-1", withMemory: true },
  { state: "poweredOn", memoryKey: "7", withMemory: true },
  { state: "suspended", memoryKey: "-1", withMemory: true },
])("takes state $state with memory key $memoryKey for memory: $withMemory", ({ state, memoryKey, withMemory }) => {
  const tree = snapshotXml("s-1", state).replaceAll(/(<\/?)x>/g, "$1rootSnapshotList>");
  const entry = "VirtualMachineFileLayoutExSnapshotLayout";
  const layout = memoryKey === undefined ? "" : `<${entry}><key>s-1</key><memoryKey>${memoryKey}</memoryKey></${entry}>`;
  const document = parseXml(`<r><info>${tree}</info><layout>${layout}</layout></r>`).find("r");
  expect(readSnapshots(document?.find("info"), document?.find("layout"))).toMatchObject([{ id: "s-1", withMemory }]);
});

test("writes any text so that it is read again, and turns what XML cannot hold into a mark", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const read = parseXml(leaf("a", text)).textOf("a");
      // oxlint-disable-next-line eslint/no-control-regex -- what XML 1.0 cannot carry must not come out
      expect(read).toBe(text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD"));
    }),
    { numRuns: 500 },
  );
});

test("expands no entity of a document's own", () => {
  const bomb = `<!DOCTYPE a [<!ENTITY b "boom">]><a>&b; &lt; &#65;&#x42; &unknown;</a>`;
  expect(parseXml(bomb).textOf("a")).toBe("&b; < AB &unknown;");
});

test("refuses every step of a bed without a hypervisor, with the bed's reason", async () => {
  const machines = openMachines({ driver: "none", reason: "these machines belong to the field team" }, { redactor: new Redactor() });
  const steps = [
    machines.inspect(["a"]),
    machines.powerOff("a"),
    machines.powerOn("a"),
    machines.snapshot("a", { name: "n", description: "" }),
    machines.revert("a", "s"),
    machines.removeSnapshot("a", "s"),
  ];
  for (const step of await Promise.allSettled(steps)) expect(step).toMatchObject({ reason: { code: "RESTORE_UNSUPPORTED" } });
  await expect(machines.powerOff("a")).rejects.toThrow(
    [
      '[RESTORE_UNSUPPORTED] this bed has no hypervisor to power off VM "a"',
      "  where:   machines.driver: none in the bed's file",
      "  because: these machines belong to the field team",
      "  fix:     Use a bed with driver esx for what needs a restore, or run only tests that need none.",
    ].join("\n"),
  );
  expect(await machines.limitations()).toHaveLength(4);
  await machines.close();
});

test("says which secret is missing", () => {
  const bed = { driver: "esx" as const, endpoint: "https://vc.lab.example/sdk", credentials: "vsphere-lab" };
  expect(() => openMachines(bed, { redactor: new Redactor() })).toThrow(
    [
      '[SECRET_MISSING] the secret "vsphere-lab" is not given',
      "  where:   machines.credentials in the bed's file",
      "  because: vSphere at https://vc.lab.example/sdk asks for user and password",
      "  fix:     Set KUBERA_SECRET_VSPHERE_LAB_USERNAME and KUBERA_SECRET_VSPHERE_LAB_PASSWORD.",
    ].join("\n"),
  );
});

test("one that waits to be served with others hears an abort, before and while it waits; the others are served", async () => {
  const served: string[][] = [];
  let answer = (): void => {};
  const gathering = new Gathering<string>((items) => {
    served.push([...items]);
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  });
  const stop = new AbortController();
  const early = gathering.add("early", AbortSignal.abort(new Error("Ctrl-C")));
  const late = gathering.add("late", stop.signal);
  const other = gathering.add("other");
  await expect(early).rejects.toThrow("Ctrl-C");
  await expect.poll(() => served).toEqual([["early", "late", "other"]]);
  stop.abort(new Error("Ctrl-C"));
  await expect(late).rejects.toThrow("Ctrl-C");
  answer();
  await other;
});
