import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "@kubera-e2e/schema/settings";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedTarget, listTestBeds, loadTestBed } from "../src/index.ts";
import { failureOf } from "./memory-bed.ts";

let site = "";
let beds = "";

const BED = `apiVersion: kubera-e2e/v1
kind: TestBed
name: small
target: real
machines: { driver: esx, endpoint: "\${GOVC_URL}", credentials: vsphere }
clusters:
  - { name: c1, role: server, kubeconfig: kube/c1.yaml, vms: [{ name: vm-1, node: n-1, plane: control }] }
  - { name: c2, role: member, kubeconfig: ~/c2.yaml, vms: [{ name: vm-2, node: n-2, plane: control }] }
registry: { url: https://registry.lab, trust: { ca: ca.pem } }
director: { url: "\${director.url}", admin: director-admin, trust: { ca: "\${ca}" } }
`;

const write = (name: string, text: string): string => {
  const file = join(beds, name);
  writeFileSync(file, text);
  return file;
};

const settings = (over: Record<string, string> = {}) => readSettings({ KUBERA_CONFIG: site, ...over });

const values = (content: unknown): string => write("values.json", typeof content === "string" ? content : JSON.stringify(content));

const failure = (act: () => unknown) => failureOf((async () => act())());

beforeAll(() => {
  site = mkdtempSync(join(tmpdir(), "kubera-site-"));
  beds = join(site, "testbeds");
  mkdirSync(beds);
  write("small.yaml", BED);
});
afterAll(() => rmSync(site, { recursive: true, force: true }));

describe("loadTestBed", () => {
  const load = (over: Record<string, string> = {}, given: object = { "director.url": "http://d.lab", ca: "pem/ca.pem" }) =>
    loadTestBed("small", settings({ GOVC_URL: "vcenter.lab", KUBERA_VALUES: values(given), ...over }));

  test("fills in values and makes paths absolute from the bed's own file", () => {
    const bed = load();
    expect(bed.director).toMatchObject({ url: "http://d.lab", trust: { ca: join(beds, "pem/ca.pem") } });
    expect(bed.clusters.map(({ kubeconfig }) => kubeconfig)).toEqual([join(beds, "kube/c1.yaml"), join(homedir(), "c2.yaml")]);
    expect(bed.registry.trust).toEqual({ ca: join(beds, "ca.pem") });
  });

  test("has a simulated bed once more under a name of its own, and no real one", async () => {
    const file = write("twin.yaml", BED.replace("name: small", "name: twin").replace("target: real", "target: sim"));
    const given = settings({ GOVC_URL: "vcenter.lab", KUBERA_VALUES: values({ "director.url": "http://d.lab", ca: "ca.pem" }) });
    expect(loadTestBed("twin-2", given)).toEqual({ ...loadTestBed("twin", given), name: "twin-2" });
    expect(bedTarget("twin-2", given)).toBe("sim");
    for (const name of ["small-2", "twin-1", "twin-x"]) expect((await failure(() => loadTestBed(name, given))).code).toBe("BED_UNKNOWN");
    rmSync(file);
  });

  test("finds scripts beside the bed's file, and leaves other parts of their lines as they are", () => {
    const scripts = "{ inspect: [./i, ../x, -v], power: [p, ./q], snapshot: [s], revert: [/abs/r], remove: [d] }";
    const setup = "setup: { template: t, bootstrap: [{ name: n, argv: [sh, ./up.sh, --flag=./x] }] }";
    const machines = `machines: { driver: exec, scripts: ${scripts} }\n${setup}`;
    write("scripted.yaml", BED.replace("name: small", "name: scripted").replace(/machines: .*/, machines));
    const bed = loadTestBed("scripted", settings({ KUBERA_VALUES: values({ "director.url": "http://d.lab", ca: "ca.pem" }) }));
    expect(bed.machines).toMatchObject({
      scripts: {
        inspect: [join(beds, "i"), join(site, "x"), "-v"],
        power: ["p", join(beds, "q")],
        snapshot: ["s"],
        revert: ["/abs/r"],
        remove: ["d"],
      },
    });
    expect(bed.setup?.bootstrap[0]?.argv).toEqual(["sh", join(beds, "up.sh"), "--flag=./x"]);
    rmSync(join(beds, "scripted.yaml"));
  });

  test("leaves a PEM that stands in place of a path as it is", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
    expect(load({}, { "director.url": "http://d.lab", ca: pem }).director.trust).toEqual({ ca: pem });
  });

  test.each([
    ["vcenter.lab", "https://vcenter.lab/sdk"],
    ["https://vcenter.lab/sdk", "https://vcenter.lab/sdk"],
    ["https://root:hunter22@10.0.0.1:8443/", "https://10.0.0.1:8443/sdk"],
  ])("understands GOVC_URL=%s as govc does, without its credentials", (given, endpoint) => {
    expect(load({ GOVC_URL: given }).machines).toMatchObject({ endpoint });
  });

  test("lets GOVC_TLS_CA_CERTS vouch for the endpoint of GOVC_URL", () => {
    const ca = write("vcenter.pem", "PEM");
    expect(load({ GOVC_TLS_CA_CERTS: ca }).machines).toMatchObject({ trust: { ca } });
  });

  test.each(["vcenter.lab", "vcenter.lab:443"])("lets a SHA-256 line for %s in GOVC_TLS_KNOWN_HOSTS pin it", (host) => {
    const known = write("known_hosts", `other.lab ${"CD:".repeat(31)}CD\n${host} ${"AB:".repeat(31)}AB\n`);
    expect(load({ GOVC_TLS_KNOWN_HOSTS: known }).machines).toMatchObject({ trust: { pin: `sha256:${"ab".repeat(32)}` } });
  });

  test.each(["./kube/../kube/c1.yaml", "kube/c1.yaml"])("refuses a lease in a cluster of the bed itself, written as %s", (kubeconfig) => {
    const lease = `lease: { store: kubernetes, kubeconfig: ${kubeconfig} }`;
    write("inside.yaml", `${BED.replace("name: small", "name: inside").replace("kube/c1.yaml", join(beds, "kube/c1.yaml"))}${lease}\n`);
    const given = settings({ GOVC_URL: "v.lab", KUBERA_VALUES: values({ "director.url": "http://d.lab", ca: "x" }) });
    expect(() => loadTestBed("inside", given)).toThrow(/keeps its lease within itself/);
    rmSync(join(beds, "inside.yaml"));
  });

  test("prefers a site's bed to ours of the same name", () => {
    write("konvoy.yaml", BED.replace("name: small", "name: konvoy"));
    const bed = loadTestBed("konvoy", settings({ GOVC_URL: "v.lab", KUBERA_VALUES: values({ "director.url": "http://d.lab", ca: "x" }) }));
    rmSync(join(beds, "konvoy.yaml"));
    expect(bed.clusters).toHaveLength(2);
  });

  test.each(["konvoy", "rancher"])("knows our bed %s", (name) => {
    const bed = loadTestBed(name, settings({ GOVC_URL: "v.lab" }));
    expect(bed.clusters.map(({ role, vms }) => [role, vms.length])).toEqual([
      ["server", 6],
      ["member", 6],
      ["member", 6],
    ]);
  });
});

describe("a bed that cannot be loaded", () => {
  test("is told with the nearest name", async () => {
    const told = await failure(() => loadTestBed("koncoy", settings()));
    expect(told.code).toBe("BED_UNKNOWN");
    expect(told.what).toBe('no file declares a test bed "koncoy"');
    expect(told.because).toBe("the beds there are konvoy, peers, rancher, sim, small");
    expect(told.fix).toBe("Did you mean konvoy?");
  });

  test("is told with all names when none is near", async () => {
    const told = await failure(() => loadTestBed("openshift-four", settings()));
    expect(told.fix).toBe("Use one of them, or write openshift-four.yaml; infra/testbeds/schema.json describes it.");
  });

  test("must be named under CI", async () => {
    const told = await failure(() => loadTestBed(undefined, settings({ CI: "true" })));
    expect(told.message).toBe(`[BED_REQUIRED] no test bed is named, and CI is set
  where:   KUBERA_BED in the environment of this process
  because: the default would be the simulated data centre, and a green run must never be a simulator by accident
  fix:     Set KUBERA_BED to a bed of \`e2e bed list\`; sim is a name too.`);
  });

  test("is told with the values that nobody gave, each with its line", async () => {
    const told = await failure(() => loadTestBed("small", settings()));
    const file = join(beds, "small.yaml");
    expect(told.code).toBe("BED_VALUE_MISSING");
    expect(told.what).toBe("3 values that a bed's file refers to are not given");
    expect(told.where).toBe(
      [`${file}:5:36  \${GOVC_URL}`, `${file}:10:18  \${director.url}`, `${file}:10:73  \${ca}`].join("\n           "),
    );
  });

  test("is told with all faults of its file when it has others", async () => {
    write("torn.yaml", BED.replace("name: small", "name: torn\ncolour: blue").replace("role: server", "role: king"));
    const told = await failure(() => loadTestBed("torn", settings()));
    rmSync(join(beds, "torn.yaml"));
    expect(told.code).toBe("BED_INVALID");
    expect(told.what).toMatch(/torn\.yaml has \d+ faults$/);
    expect(told.where).toContain("torn.yaml:4:1  colour: unknown key");
    expect(told.where).toContain("clusters.0.role:");
    expect(told.where).toContain("${ca}: no value of this name");
  });

  test("is told when its file carries another name", async () => {
    const file = write(
      "other.yaml",
      BED.replace("${GOVC_URL}", "https://v.lab").replace("${director.url}", "http://d.lab").replace("${ca}", "ca"),
    );
    const told = await failure(() => loadTestBed("other", settings()));
    rmSync(file);
    expect(told.message).toBe(`[BED_INVALID] other.yaml declares a bed of another name: small
  where:   ${file}
  because: leases, sets and marks are kept by name, and the file is found by its own
  fix:     Write "name: other", or call the file small.yaml.`);
  });

  test.each([
    ["is not there", undefined, "ENOENT"],
    ["is not JSON", '{"secrets": hunter22', "it is not JSON"],
    ["holds a list", "[1]", "Invalid input: expected object, received array"],
    ["holds half a secret", '{"secrets":{"vsphere":{"username":"hunter22"}}}', "secrets.vsphere.password: Invalid input"],
  ])("is told when the values file %s, and never quotes it", async (_case, text, because) => {
    const file = text === undefined ? join(beds, "nowhere.json") : values(text);
    const told = await failure(() => loadTestBed("small", settings({ KUBERA_VALUES: file })));
    expect([told.code, told.where]).toEqual(["SETTING_INVALID", file]);
    expect(told.because).toContain(because);
    expect(told.message).not.toContain("hunter22");
  });

  test.each([
    ["GOVC_TLS_CA_CERTS", "nowhere.pem", "there is no such file"],
    ["GOVC_TLS_KNOWN_HOSTS", "nowhere", "there is no such file"],
  ])("is told when %s names no file", async (variable, name, because) => {
    const over = { GOVC_URL: "v.lab", KUBERA_VALUES: values({ "director.url": "http://d.lab", ca: "x" }), [variable]: join(beds, name) };
    const told = await failure(() => loadTestBed("small", settings(over)));
    expect([told.code, told.what, told.because]).toEqual(["SETTING_INVALID", `${variable} cannot be used`, because]);
  });

  test("is told when GOVC_TLS_KNOWN_HOSTS holds a SHA-1 thumbprint", async () => {
    const known = write("known_hosts", `v.lab ${"AB:".repeat(19)}AB\n`);
    const over = { GOVC_URL: "v.lab", KUBERA_VALUES: values({ "director.url": "http://d.lab", ca: "x" }), GOVC_TLS_KNOWN_HOSTS: known };
    const told = await failure(() => loadTestBed("small", settings(over)));
    expect(told.because).toBe("its thumbprint is not a SHA-256 one, and SHA-1 is not proof any more");
  });
});

describe("bedTarget", () => {
  test("reads a bed's target before any value is given", () => {
    expect([bedTarget("sim", settings()), bedTarget("small", settings())]).toEqual(["sim", "real"]);
  });

  test("refuses to guess under CI, and takes KUBERA_BED there", async () => {
    expect((await failure(() => bedTarget("sim", settings({ CI: "true" })))).code).toBe("BED_REQUIRED");
    expect(bedTarget("sim", settings({ CI: "true", KUBERA_BED: "small" }))).toBe("real");
  });
});

describe("listTestBeds", () => {
  test("lists ours and the site's by name, broken ones with their problem", () => {
    const file = write("broken.yaml", "name: broken\n");
    const listed = listTestBeds({ KUBERA_CONFIG: site });
    rmSync(file);
    expect(listed.map(({ name, bed, problem }) => [name, bed?.target, problem?.code])).toEqual([
      ["broken", undefined, "BED_INVALID"],
      ["konvoy", "real", undefined],
      ["peers", "real", undefined],
      ["rancher", "real", undefined],
      ["sim", "sim", undefined],
      ["small", "real", undefined],
    ]);
  });
});
