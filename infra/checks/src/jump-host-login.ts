import type { Check } from "./check.ts";
import type { JumpHostDoor } from "./ports.ts";
import { reach } from "./reachable.ts";

/** Whether ssh comes through to a jump host and is let in. */
export const jumpHostLogin = ({ hop, enter }: JumpHostDoor): Check => ({
  id: "jump-host-login",
  title: `${hop} lets us in`,
  subject: hop,
  run: (context) => reach({ call: (signal) => enter(signal) }, `ssh came through to ${hop}`, context),
});
