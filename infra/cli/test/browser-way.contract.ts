import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { chromium } from "@playwright/test";
import { loadTestBed } from "@kubera-e2e/lifecycle";
import { browserWay, openWays } from "@kubera-e2e/lifecycle/access";
import { sshdAvailability, startSshd, type Sshd } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { locateChromium } from "../src/chromium.ts";

const ssh = await sshdAvailability();
const browser = (() => {
  try {
    return locateChromium(undefined, { searchPath: process.env["PATH"] ?? "", store: chromium.executablePath() });
  } catch {
    return undefined;
  }
})();
const missing = [...(ssh.available ? [] : [ssh.because]), ...(browser === undefined ? ["there is no Chromium"] : [])];
const because = missing.length === 0 ? "" : ` (SKIPPED: ${missing.join("; ")})`;
if (missing.length > 0) process.stderr.write(`SKIPPED: ${missing.join("; ")}, so no browser took the way of a bed\n`);

const LAB = loadTestBed("rancher", readSettings({ GOVC_URL: "https://127.0.0.1:9/sdk" }));

const bedOf = (director: Partial<TestBed["director"]>): TestBed => ({ ...LAB, director: { ...LAB.director, ...director } });

const waysOf = (bed: TestBed) => openWays(bed, { redactor: new Redactor(), secret: () => ({ username: "ann", password: "pr0xy-pass" }) });

/** A server whose certificate no root of this computer has signed. */
const stranger = async () => {
  const authority = await createAuthority();
  const issued = await authority.issueServer();
  const server = createServer({ cert: issued.certPem, key: issued.keyPem }, (_request, response) => void response.end("<h1>Director</h1>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dispose = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca: authority.certPem, [Symbol.asyncDispose]: dispose };
};

test("a SOCKS proxy with credentials is refused with the ways out", async () => {
  const bed = bedOf({ url: "http://director.lab", access: { via: "proxy", url: "socks5://proxy.lab:1080", credentials: "site-proxy" } });
  const error: unknown = await browserWay(bed, waysOf(bed)).catch((told: unknown) => told);
  expect((error as Error).message.split("\n")).toEqual([
    "[BROWSER_WAY_UNSUPPORTED] Chromium cannot sign in at the proxy proxy.lab:1080",
    "  where:   director.access, or access, in the bed's file",
    "  because: it knows no user and password for SOCKS proxies",
    "  fix:     Give director an access of its own: through a jump host, an http:// proxy, or a SOCKS proxy without credentials.",
  ]);
});

test.each([
  {
    title: "an HTTP proxy with credentials",
    access: { via: "proxy", url: "http://proxy.lab:3128", credentials: "site-proxy" },
    expected: { proxy: { server: "http://proxy.lab:3128", bypass: "<-loopback>", username: "ann", password: "pr0xy-pass" }, args: [] },
  },
  { title: "a direct way", access: { via: "direct" }, expected: { args: ["--no-proxy-server"] } },
  { title: "no word of it", access: undefined, expected: { args: [] } },
] as const)("$title is told to Chromium", async ({ access, expected }) => {
  const bed = bedOf({ url: "http://director.lab", ...(access !== undefined && { access }) });
  expect(await browserWay(bed, waysOf(bed))).toEqual(expected);
});

describe.skipIf(missing.length > 0)(`Chromium${because}`, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  test("goes through the jump host and takes the key that the bed's CA vouches for, and no other", async () => {
    await using director = await stranger();
    await using other = await stranger();
    const access = { via: "jump-host" as const, destination: "bastion", options: ["-F", sshd.config] };
    const bed = bedOf({ url: director.url, trust: { ca: director.ca }, access });
    const ways = waysOf(bed);
    const { proxy, args } = await browserWay(bed, ways);
    const opened = await chromium.launch({ executablePath: browser ?? "", args: ["--no-sandbox", ...args], ...(proxy && { proxy }) });
    const page = await opened.newPage();
    await page.goto(director.url);
    expect(await page.getByRole("heading").textContent()).toBe("Director");
    await expect(page.goto(other.url)).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
    expect(sshd.log()).toContain(`target 127.0.0.1 port ${new URL(director.url).port}`);
    await opened.close();
    await ways.close();
  });
});
