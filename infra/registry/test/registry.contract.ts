import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority, startRegistry } from "@kubera-e2e/sim/parts";
import { describe, expect, test } from "vitest";
import { openRegistry } from "../src/index.ts";
import { codeOf, describeRegistry } from "./registry-cases.ts";

const CREDENTIALS = { username: "puller", password: "right-pass" };

describe("the simulated registry", () => {
  describeRegistry(async () => {
    const authority = await createAuthority();
    const [open, locked] = await Promise.all([
      startRegistry({ authority }),
      startRegistry({ authority, behaviour: { credentials: CREDENTIALS } }),
    ]);
    return {
      url: open.url,
      caPem: authority.certPem,
      lockedUrl: locked.url,
      credentials: CREDENTIALS,
      close: async () => {
        await Promise.all([open.close(), locked.close()]);
      },
    };
  });

  test("says when it limits pulls", async () => {
    const authority = await createAuthority();
    const limited = await startRegistry({ authority, behaviour: { refusesForRate: true } });
    const registry = openRegistry({ url: limited.url, redactor: new Redactor(), trust: { ca: authority.certPem } });
    expect(await codeOf(registry.tags("mayadata/maya-ui"))).toMatch(/^REGISTRY_REFUSED TOOMANYREQUESTS/);
    registry.close();
    await limited.close();
  });
});
