import { expect, test } from "vitest";
import { childEnvironment } from "../src/child-environment.ts";

test("gives a program what it needs to find itself at home, and no setting or secret", () => {
  expect(
    childEnvironment({
      PATH: "/bin",
      HOME: "/h",
      SSH_AUTH_SOCK: "/run/agent",
      LANG: undefined,
      KUBERA_SECRET_X_PASSWORD: "s",
      GOVC_PASSWORD: "s",
      NODE_OPTIONS: "--inspect",
    }),
  ).toEqual({ PATH: "/bin", HOME: "/h", SSH_AUTH_SOCK: "/run/agent" });
});
