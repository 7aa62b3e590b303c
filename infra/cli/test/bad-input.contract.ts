import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createSelfSigned } from "@kubera-e2e/sim/certificates";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runE2e } from "./run-e2e.ts";
import { openSimPlace, readValues, type SimPlace } from "./sim-place.ts";

const WRONG = "wr0ng-and-secret";

const LAB = `apiVersion: kubera-e2e/v1
kind: TestBed
name: lab
target: real
machines: { driver: esx, endpoint: "\${GOVC_URL}", credentials: vsphere }
clusters:
  - name: server
    role: server
    kubeconfig: /nonexistent/kubeconfig
    vms:
      - { name: sim-server-master1, node: server-master1, plane: control }
      - { name: sim-server-worker7, node: server-worker7, plane: worker }
registry: { url: "https://registry.invalid" }
director: { url: "http://director.invalid", admin: director-admin }
`;

const BROKEN = LAB.replace("kubera-e2e/v1", "kubera-e2e/v2")
  .replace("name: lab", "name: Broken")
  .replace("role: server", "role: boss")
  .replace("plane: control }", "plane: control, cores: 4 }")
  .replace('"https://registry.invalid"', "registry.lab");

let place: SimPlace;
let config = "";
let store = "";
let deadPort = 0;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

beforeAll(async () => {
  place = await openSimPlace();
  config = join(place.workplace.root, "config");
  store = join(place.workplace.root, "store");
  mkdirSync(join(config, "testbeds"), { recursive: true });
  writeFileSync(join(config, "testbeds", "lab.yaml"), LAB);
  writeFileSync(join(config, "testbeds", "broken.yaml"), BROKEN);
  deadPort = await freePort();
});
afterAll(() => place.close());

/** Nobody's settings but these; no data centre is given. */
const e2e = (environment: Readonly<Record<string, string>>, args: readonly string[]) =>
  runE2e({ ...place.workplace.environment, KUBERA_STORE: store, KUBERA_CONFIG: config, ...environment }, args);

/** What a run would have made: its folder, a data centre of its own, a lease. */
const made = () => ({ runs: place.workplace.runs(), sims: place.workplace.simFolders(), store: existsSync(store) });
const NOTHING = { runs: [], sims: [], store: false };

const told = (code: string, what: string, rest: { readonly where: string; readonly because: string; readonly fix: string }): string =>
  `[${code}] ${what}\n  where:   ${rest.where}\n  because: ${rest.because}\n  fix:     ${rest.fix}\n`;

const WITHOUT_TOTAL = (name: string): string =>
  told("SHARD_INDEX_WITHOUT_TOTAL", `${name} is set and CI_NODE_TOTAL is not`, {
    where: "the environment of this process",
    because: "each shard would run the whole suite and all would look green",
    fix: `Set CI_NODE_TOTAL to the number of shards, or unset ${name}.`,
  });

interface Case {
  readonly title: string;
  readonly environment?: () => Record<string, string>;
  readonly args?: readonly string[];
  readonly exit: number;
  readonly text: () => string;
}

const SETTINGS: readonly Case[] = [
  {
    title: "a setting that nobody reads, with the one that was meant",
    environment: () => ({ KUBERA_BEDS: "konvoy" }),
    exit: 2,
    text: () =>
      told("SETTING_UNKNOWN", "nobody reads KUBERA_BEDS", {
        where: "the environment of this process, or .env",
        because: "a misspelt setting would silently do nothing",
        fix: "KUBERA_BEDS: did you mean KUBERA_BED?",
      }),
  },
  {
    title: "a bed that no file declares",
    environment: () => ({ KUBERA_BED: "konvo" }),
    exit: 2,
    text: () =>
      told("BED_UNKNOWN", 'no file declares a test bed "konvo"', {
        where: `${join(config, "testbeds")}\n           ${join(ROOT, "infra", "testbeds")}`,
        because: "the beds there are broken, konvoy, lab, peers, rancher, sim",
        fix: "Did you mean konvoy?",
      }),
  },
  {
    title: "no bed under CI",
    environment: () => ({ CI: "true" }),
    exit: 2,
    text: () =>
      told("BED_REQUIRED", "no test bed is named, and CI is set", {
        where: "KUBERA_BED in the environment of this process",
        because: "the default would be the simulated data centre, and a green run must never be a simulator by accident",
        fix: "Set KUBERA_BED to a bed of `e2e bed list`; sim is a name too.",
      }),
  },
  {
    title: "an index of GitLab without a total",
    environment: () => ({ CI_NODE_INDEX: "1" }),
    exit: 2,
    text: () => WITHOUT_TOTAL("CI_NODE_INDEX"),
  },
  {
    title: "an index of a Kubernetes Job without a total",
    environment: () => ({ JOB_COMPLETION_INDEX: "0" }),
    exit: 2,
    text: () => WITHOUT_TOTAL("JOB_COMPLETION_INDEX"),
  },
  {
    title: "GOVC_INSECURE, with the way out",
    environment: () => ({ GOVC_INSECURE: "1", KUBERA_BED: "lab" }),
    exit: 2,
    text: () =>
      told("SETTING_REFUSED", "GOVC_INSECURE is set, and certificates are always verified here", {
        where: "GOVC_INSECURE in the environment of this process",
        because: "whoever sits between would get the vSphere password",
        fix: "Unset GOVC_INSECURE and name the CA in GOVC_TLS_CA_CERTS, or pin the certificate in the bed's file: machines.trust.pin.",
      }),
  },
  {
    title: "a bed's file with five faults, all at once",
    environment: () => ({ KUBERA_BED: "broken" }),
    exit: 2,
    text: () => {
      const file = join(config, "testbeds", "broken.yaml");
      return told("BED_INVALID", `${file} has 5 faults`.slice(0, 100 - "[BED_INVALID] ".length), {
        where: [
          `${file}:1:1  apiVersion: Invalid input: expected "kubera-e2e/v1"`,
          `${file}:3:1  name: use lower-case letters, digits and dashes`,
          `${file}:8:5  clusters.0.role: Invalid option: expected one of "server"|"member"`,
          `${file}:11:75  clusters.0.vms.0.cores: unknown key`,
          `${file}:13:13  registry.url: must be an http or https URL`,
        ].join("\n           "),
        because: "a bed is used only when its whole file is understood",
        fix: "Correct the lines above; infra/testbeds/schema.json describes every key and editors can check it while you type.",
      });
    },
  },
  {
    title: "-- before a flag, which Playwright would drop",
    args: ["--", "--grep", "x"],
    exit: 2,
    text: () =>
      told("USAGE", "-- is not accepted: Playwright would drop everything behind it", {
        where: "pnpm test -- --grep x",
        because: "the whole suite would run as if no flag had been given, and look green",
        fix: "Leave it out: pnpm test --grep x",
      }),
  },
  {
    title: "a pattern that is no regular expression, before anything starts",
    args: ["-g", "("],
    exit: 2,
    text: () =>
      told("USAGE", "-g ( is no regular expression", {
        where: "pnpm test -g (",
        because: "Invalid regular expression: /(/gi: Unterminated group",
        fix: String.raw`Write a backslash before what stands for itself: "\(", "\[", "\*".`,
      }),
  },
  {
    title: "flags that select nothing",
    args: ["--grep", "no test is called like this"],
    exit: 3,
    text: () =>
      told("NOTHING_SELECTED", "no test was selected, so none was run", {
        where: "pnpm test --grep no test is called like this",
        because: "no test of this repository matches these flags",
        fix: "See what there is: pnpm test --list",
      }),
  },
  {
    title: "a run of an id that has stored results",
    environment: () => {
      mkdirSync(join(place.workplace.root, "artifacts-before", "nightly"), { recursive: true });
      return { ARTIFACTS: join(place.workplace.root, "artifacts-before"), KUBERA_RUN: "nightly" };
    },
    args: ["--grep", "no test is called like this"],
    exit: 2,
    text: () =>
      told("RUN_EXISTS", "there is a run nightly already", {
        where: join(place.workplace.root, "artifacts-before", "nightly"),
        because: "two runs in one folder would be told as one",
        fix: "Give this run another id in KUBERA_RUN, or leave it out and get one; or remove the folder.",
      }),
  },
  {
    title: "a run whose id leads out of the folder of runs",
    environment: () => ({ KUBERA_RUN: "../elsewhere" }),
    exit: 2,
    text: () =>
      told("SETTING_INVALID", "1 setting has a value that cannot be used", {
        where: "KUBERA_RUN: must be letters, digits, dots, dashes and underscores, beginning with a letter or digit",
        because: "settings are read once and whole, before anything starts",
        fix: "Correct the values above, in the environment or in .env.",
      }),
  },
  {
    title: "a site's folder that is not there",
    environment: () => ({ KUBERA_CONFIG: "/nonexistent/site" }),
    exit: 2,
    text: () =>
      told("SETTING_INVALID", "KUBERA_CONFIG names a folder that is not there", {
        where: "/nonexistent/site",
        because: "a site's own beds would silently be left out",
        fix: "Correct KUBERA_CONFIG, in the environment or in .env; the beds lie in its folder testbeds.",
      }),
  },
  {
    title: "to list tests without a bed under CI",
    environment: () => ({ CI: "true" }),
    args: ["--list"],
    exit: 2,
    text: () =>
      told("BED_REQUIRED", "no test bed is named, and CI is set", {
        where: "KUBERA_BED in the environment of this process",
        because: "the default would be the simulated data centre, and a green run must never be a simulator by accident",
        fix: "Set KUBERA_BED to a bed of `e2e bed list`; sim is a name too.",
      }),
  },
  {
    title: "a Director at a dead port",
    environment: () => ({ KUBERA_HOST: `http://127.0.0.1:${deadPort}`, KUBERA_USER: "Administrator", KUBERA_PASS: WRONG }),
    exit: 22,
    text: () =>
      told("CONNECTION_REFUSED", `nothing listens at 127.0.0.1:${deadPort}`, {
        where: `GET http://127.0.0.1:${deadPort}/ping`,
        because: `port ${deadPort} of 127.0.0.1 takes no connection (ECONNREFUSED)`,
        fix: `Start the server that should listen at 127.0.0.1:${deadPort}, or correct the address; a firewall can refuse as well.`,
      }),
  },
];

describe("pnpm test refuses", () => {
  test.each(SETTINGS)("$title", async ({ environment = () => ({}), args = [], exit, text }) => {
    const said = await e2e(environment(), ["test", ...args]);
    expect({ code: said.code, err: said.err }).toEqual({ code: exit, err: text() });
    expect(said.out + said.err).not.toContain(WRONG);
    expect(made()).toEqual(NOTHING);
  });
});

/** Settings with which the hypervisor of the bed lab is the simulated one, and knows all but one of its VMs. */
const hypervisor = (): Record<string, string> => {
  const { username, password } = readValues(place.sim.up.values).secrets.vsphere;
  return { GOVC_URL: place.sim.up.vsphere.url, GOVC_USERNAME: username, GOVC_PASSWORD: password, GOVC_TLS_CA_CERTS: place.sim.up.ca };
};

const HYPERVISOR: readonly Case[] = [
  {
    title: "a wrong password",
    environment: () => ({ ...hypervisor(), GOVC_PASSWORD: WRONG }),
    exit: 22,
    text: () =>
      told("VSPHERE_LOGIN_REFUSED", 'vSphere refused the login of "administrator@vsphere.local"', {
        where: `${place.sim.up.vsphere.url}: Login`,
        because:
          "InvalidLogin: user name or password is wrong, or the account is locked (Cannot complete login due to an incorrect user name or password.)",
        fix: "Correct the secret that the bed's machines.credentials names; ESX locks an account for 15 minutes after five wrong passwords.",
      }),
  },
  {
    title: "a VM that is not in the inventory",
    environment: hypervisor,
    exit: 22,
    text: () =>
      told("MACHINE_MISSING", "1 VM is not in the inventory: sim-server-worker7", {
        where: place.sim.up.vsphere.url,
        because: 'of 11 VMs that this account sees, none is called "sim-server-worker7" (there is "sim-server-worker1")',
        fix: "Correct the names under clusters[].vms in the bed's file, or let the account see the folder with these VMs.",
      }),
  },
  {
    title: "a dead port",
    environment: () => ({ ...hypervisor(), GOVC_URL: `https://127.0.0.1:${deadPort}/sdk`, GOVC_PASSWORD: WRONG }),
    exit: 22,
    text: () =>
      told("CONNECTION_REFUSED", `nothing listens at 127.0.0.1:${deadPort}`, {
        where: `POST https://127.0.0.1:${deadPort}/sdk`,
        because: `port ${deadPort} of 127.0.0.1 takes no connection (ECONNREFUSED)`,
        fix: `Start the server that should listen at 127.0.0.1:${deadPort}, or correct the address; a firewall can refuse as well.`,
      }),
  },
];

describe("e2e bed refuses", () => {
  test.each(HYPERVISOR)("$title", async ({ environment = () => ({}), exit, text }) => {
    const said = await e2e(environment(), ["bed", "status", "lab"]);
    expect(said).toEqual({ code: exit, out: "", err: text() });
    expect(said.err).not.toContain(WRONG);
    expect(made()).toEqual(NOTHING);
  });

  test("a certificate that signed itself, with its pin", async () => {
    const { certPem, keyPem } = await createSelfSigned("vcenter.lab");
    const server = createTlsServer({ cert: certPem, key: keyPem }, () => asked.push("a request")).listen(0, "127.0.0.1");
    const asked: string[] = [];
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const said = await e2e({ ...hypervisor(), GOVC_URL: `https://127.0.0.1:${port}/sdk` }, ["bed", "status", "lab"]);
    server.close();
    const pin = `sha256:${new X509Certificate(certPem).fingerprint256.replaceAll(":", "").toLowerCase()}`;
    expect(said).toEqual({
      code: 22,
      out: "",
      err: told("TLS_UNTRUSTED", `nobody vouches for the certificate of 127.0.0.1:${port}`, {
        where: `POST https://127.0.0.1:${port}/sdk`,
        because: `it signed itself: subject "vcenter.lab", fingerprint ${pin} (self-signed certificate)`,
        fix: `If this is the right host, pin its certificate as trust: {pin: "${pin}"}; or give the CA that signed it as trust: {ca: file.pem}.`,
      }),
    });
    expect([asked, made()]).toEqual([[], NOTHING]);
  });

  test("a certificate that nobody vouches for, with the pin that would", async () => {
    const { GOVC_TLS_CA_CERTS: _, ...without } = hypervisor();
    const said = await e2e(without, ["bed", "status", "lab"]);
    const { host } = new URL(place.sim.up.vsphere.url);
    const [pin = ""] = /sha256:[0-9a-f]{64}/.exec(said.err) ?? [];
    expect(said).toEqual({
      code: 22,
      out: "",
      err: told("TLS_UNTRUSTED", `nobody vouches for the certificate of ${host}`, {
        where: `POST ${place.sim.up.vsphere.url}`,
        because: `its issuer "Simulated data centre CA" is not trusted: subject "vcenter.sim.local", fingerprint ${pin} (unable to verify the first certificate)`,
        fix: `If this is the right host, pin its certificate as trust: {pin: "${pin}"}; or give the CA that signed it as trust: {ca: file.pem}.`,
      }),
    });
    writeFileSync(
      join(config, "testbeds", "lab.yaml"),
      LAB.replace("credentials: vsphere", `credentials: vsphere, trust: { pin: "${pin}" }`),
    );
    expect((await e2e(without, ["bed", "status", "lab"])).err).toContain("[MACHINE_MISSING]");
  });
});
