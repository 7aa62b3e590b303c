import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { jumpHostForward, jumpHostLogin, proxyAnswers } from "../src/access.ts";
import { runChecks, type Check, type CheckReport } from "../src/index.ts";

const clock = new FakeClock(Date.parse("2026-11-24T00:00:00Z"));
const report = async (check: Check): Promise<CheckReport | undefined> => (await runChecks([check], { clock }))[0];

type Pass = () => Promise<unknown>;

const checks: readonly {
  readonly id: string;
  readonly make: (pass: Pass) => Check;
  readonly inside: string;
  readonly title: string;
  readonly subject: string;
}[] = [
  {
    id: "jump-host-login",
    make: (enter) => jumpHostLogin({ hop: "the jump host bastion", enter }),
    inside: "ssh came through to the jump host bastion",
    title: "the jump host bastion lets us in",
    subject: "the jump host bastion",
  },
  {
    id: "jump-host-forward",
    make: (pass) => jumpHostForward({ hop: "the jump host bastion", endpoint: "machines", pass }),
    inside: "the way through the jump host bastion to machines is open",
    title: "the jump host bastion lets us through to machines",
    subject: "machines",
  },
  {
    id: "proxy-answers",
    make: (pass) => proxyAnswers({ hop: "the proxy proxy.lab:3128", endpoint: "director", pass }),
    inside: "the proxy proxy.lab:3128 opened the way to director",
    title: "the proxy proxy.lab:3128 lets us through to director",
    subject: "director",
  },
];

describe.each(checks)("$id", ({ id, make, inside, title, subject }) => {
  test("passes when the hop does its part", async () => {
    expect(await report(make(async () => {}))).toMatchObject({ id, title, subject, status: "ok", measured: inside });
  });

  test("blocks with what the hop said and the way out", async () => {
    const refused = new KuberaError("JUMP_HOST_LOGIN_REFUSED", {
      what: "it does not let us in",
      where: "w",
      because: "denied",
      fix: "Load the key.",
    });
    expect(await report(make(() => Promise.reject(refused)))).toMatchObject({
      status: "blocks",
      measured: "it does not let us in: denied",
      remedy: "Load the key.",
    });
  });

  test("is unknown when asking goes wrong", async () => {
    expect(await report(make(() => Promise.reject(new TypeError("a defect"))))).toMatchObject({
      status: "unknown",
      measured: "TypeError: a defect",
    });
  });
});
