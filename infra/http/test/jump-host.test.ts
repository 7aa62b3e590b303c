import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sshdAvailability, startSshd, type Sshd } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { openAccess, type Access } from "../src/access/index.ts";
import { createHttp, lookAtCertificate, type HttpOptions } from "../src/index.ts";
import { echo, errorOf, serve, serveTls } from "./test-server.ts";

const there = await sshdAvailability();

const because = there.available ? "" : ` (SKIPPED: ${there.because})`;
if (!there.available) process.stderr.write(`SKIPPED: ${there.because}, so no jump host was used\n`);

const through = (config: string, ...options: readonly string[]): Access => {
  const secret = () => ({ username: "", password: "" });
  const access = openAccess(
    { via: "jump-host", destination: "bastion", options: ["-F", config, ...options] },
    { redactor: new Redactor(), secret },
  );
  if (access === "direct") throw new TypeError("no jump host");
  return access;
};

const ask = async (baseUrl: string, more: Partial<HttpOptions>): Promise<unknown> => {
  const http = createHttp({ baseUrl, redactor: new Redactor(), ...more });
  try {
    return await http.request({ method: "GET", path: "/v3" });
  } finally {
    http.close();
  }
};

/** Ends that sshd was asked to connect to. */
const asked = ({ log }: Sshd): string[] =>
  [...log().matchAll(/direct_tcpip: originator .*?, target (\S+) port (\d+)/g)].map(([, host, port]) => `${host ?? ""}:${port ?? ""}`);

const linesOf = async (work: Promise<unknown>): Promise<string[]> => ((await errorOf(work)) as Error).message.split("\n");

describe.skipIf(!there.available)(`a jump host${because}`, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  test("leads HTTP, TLS by CA and TLS by pin to the far side, all by one ssh", async () => {
    const authority = await createAuthority();
    const issued = await authority.issueServer();
    await using plain = await serve(echo);
    await using secure = await serveTls({ cert: issued.certPem, key: issued.keyPem }, echo);
    const access = through(sshd.config);
    const pin = (await lookAtCertificate(new URL(secure.url), access))?.pin ?? "";
    const answers = [
      ask(plain.url, { access }),
      ask(`https://localhost:${secure.port}`, { access, trust: { ca: authority.certPem } }),
      ask(secure.url, { access, trust: { pin } }),
    ];
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200, body: { url: "/v3" } });
    expect(sshd.open()).toBe(1);
    await access.close();
    await expect.poll(() => sshd.open()).toBe(0);
    expect(asked(sshd)).toEqual(
      expect.arrayContaining([`127.0.0.1:${plain.port}`, `localhost:${secure.port}`, `127.0.0.1:${secure.port}`]),
    );
  });

  test.each([
    { title: "another pin", trust: { pin: `sha256:${"0".repeat(64)}` }, code: "TLS_PIN_MISMATCH" },
    { title: "the system's roots", trust: undefined, code: "TLS_UNTRUSTED" },
  ])("verifies the far side by $title as if there were no hop", async ({ trust, code }) => {
    const issued = await (await createAuthority()).issueServer();
    await using secure = await serveTls({ cert: issued.certPem, key: issued.keyPem }, echo);
    const access = through(sshd.config);
    expect(await errorOf(ask(secure.url, { access, trust }))).toMatchObject({ code });
    await access.close();
  });

  test("streams as long as the server does, and is opened anew after it broke", async () => {
    await using server = await serve((_request, response) => void response.write("first\n"));
    await using other = await serve(echo);
    const access = through(sshd.config);
    const http = createHttp({ baseUrl: server.url, redactor: new Redactor(), access });
    const { body } = await http.request({ method: "GET", path: "/watch", responseType: "stream" });
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    expect(String((await chunks.next()).value)).toBe("first\n");
    sshd.drop();
    await expect(chunks.next()).rejects.toThrow("aborted");
    expect(await ask(other.url, { access })).toMatchObject({ status: 200 });
    http.close();
    await access.close();
  });

  const dead = async (work: (port: number) => Promise<void>): Promise<void> => {
    const server = await serve(echo);
    await server[Symbol.asyncDispose]();
    await work(server.port);
  };

  test.each(["http", "https"])("says that the far side is what %s could not be spoken to", (scheme) =>
    dead(async (port) => {
      const access = through(sshd.config);
      expect(await linesOf(ask(`${scheme}://127.0.0.1:${port}`, { access }))).toEqual([
        `[CONNECTION_REFUSED] the jump host bastion cannot connect to 127.0.0.1:${port}`,
        `  where:   from the jump host bastion to 127.0.0.1:${port}`,
        "  because: ssh says: connect failed: Connection refused",
        `  fix:     Start the server that should listen at 127.0.0.1:${port}, or correct the address; a firewall behind the jump host can refuse as well.`,
      ]);
      await access.close();
    }),
  );

  test("tells of two ends that fail at once each its own reason", () =>
    dead(async (port) => {
      const access = through(sshd.config);
      const failures = await Promise.all(
        [`https://127.0.0.1:${port}`, "https://nobody.invalid"].map((url) => linesOf(ask(url, { access }))),
      );
      await access.close();
      expect(failures.map(([first]) => first)).toEqual([
        `[CONNECTION_REFUSED] the jump host bastion cannot connect to 127.0.0.1:${port}`,
        "[NAME_UNRESOLVED] the name nobody.invalid does not resolve at the jump host bastion",
      ]);
      expect(failures[1]?.slice(1)).toEqual([
        "  where:   from the jump host bastion to nobody.invalid:443",
        expect.stringMatching(/^ {2}because: ssh says: connect failed: .+/),
        "  fix:     Names are resolved on the far side: correct the host name, or use its address.",
      ]);
    }));

  const WHERE = "  where:   ssh bastion, as access.destination of the bed's file names it";

  test.each([
    {
      title: "whose key nobody vouches for",
      options: ["-o", "UserKnownHostsFile=/dev/null"],
      told: [
        "[JUMP_HOST_UNTRUSTED] nobody vouches for the key of the jump host bastion",
        WHERE,
        expect.stringContaining("Host key verification failed."),
        "  fix:     Compare its fingerprint with what its owner tells you, then accept it once by hand: ssh bastion; a key that has changed is never accepted unasked.",
      ],
    },
    {
      title: "that does not let this user in",
      options: ["-o", "PubkeyAuthentication=no"],
      told: [
        "[JUMP_HOST_LOGIN_REFUSED] the jump host bastion does not let this user in",
        WHERE,
        expect.stringMatching(/^ {2}because: \S+@127\.0\.0\.1: Permission denied \(publickey\)\.$/),
        "  fix:     Try `ssh -o BatchMode=yes bastion`: load the key into your agent, or name it in ssh_config; nothing can be typed here.",
      ],
    },
    {
      title: "where nobody listens",
      options: ["-p", "9"],
      told: [
        "[JUMP_HOST_UNREACHABLE] ssh does not come through to the jump host bastion",
        WHERE,
        "  because: ssh: connect to host 127.0.0.1 port 9: Connection refused",
        "  fix:     Try `ssh -v -o BatchMode=yes bastion`; correct access.destination, ssh_config or the network before it.",
      ],
    },
  ])("$title is named, with its code", async ({ options, told }) => {
    const access = through(sshd.config, ...options);
    expect(await linesOf(ask("https://10.0.0.1", { access }))).toEqual(told);
    await access.close();
  });

  test("that allows no forwarding is named, with its code", async () => {
    const strict = await startSshd({ forwarding: "no" });
    const access = through(strict.config);
    expect(await linesOf(ask("https://10.0.0.1", { access }))).toEqual([
      "[JUMP_HOST_FORWARD_REFUSED] the jump host bastion lets no connection through to 10.0.0.1:443",
      "  where:   from the jump host bastion to 10.0.0.1:443",
      "  because: ssh says: administratively prohibited: open failed",
      "  fix:     Let its owner allow it: AllowTcpForwarding and PermitOpen in sshd_config, or permitopen and restrict of your key.",
    ]);
    await access.close();
    await strict.stop();
  });

  test("is let go by a process that is killed", async () => {
    const program = [
      `import { openAccess } from ${JSON.stringify(new URL("../src/access/index.ts", import.meta.url).href)};`,
      `const access = openAccess({ via: "jump-host", destination: "bastion", options: ["-F", ${JSON.stringify(sshd.config)}] }, {});`,
      "console.log(await access.proxyUrl());",
      "setInterval(() => {}, 1000);",
    ].join("\n");
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [url] = (await once(child.stdout, "data")) as [Buffer];
    expect(String(url)).toMatch(/^socks5:\/\/127\.0\.0\.1:\d+\n$/);
    expect(sshd.open()).toBe(1);
    child.kill("SIGKILL");
    await expect.poll(() => sshd.open(), { timeout: 5000 }).toBe(0);
  });
});

test("says that there is no ssh at all", async () => {
  const { JumpHost } = await import("../src/access/jump-host.ts");
  const access = new JumpHost({ destination: "bastion", options: [], program: "/nonexistent/ssh" });
  expect(await linesOf(ask("https://10.0.0.1", { access }))).toEqual([
    "[SSH_MISSING] no ssh program for the jump host bastion",
    "  where:   ssh bastion, as access.destination of the bed's file names it",
    "  because: `ssh` cannot be started",
    "  fix:     Install the OpenSSH client, so that `ssh` is on the PATH.",
  ]);
});
