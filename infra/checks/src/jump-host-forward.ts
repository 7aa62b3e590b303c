import type { Check } from "./check.ts";
import type { WayThrough } from "./ports.ts";
import { reach } from "./reachable.ts";

/** Whether a jump host lets connections through to an endpoint, whatever listens there. */
export const jumpHostForward = ({ hop, endpoint, pass }: WayThrough): Check => ({
  id: "jump-host-forward",
  title: `${hop} lets us through to ${endpoint}`,
  subject: endpoint,
  run: (context) => reach({ call: (signal) => pass(signal) }, `the way through ${hop} to ${endpoint} is open`, context),
});
