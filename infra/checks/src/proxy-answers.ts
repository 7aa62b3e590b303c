import type { Check } from "./check.ts";
import type { WayThrough } from "./ports.ts";
import { reach } from "./reachable.ts";

/** Whether a proxy answers, lets us in, and opens the way to an endpoint. */
export const proxyAnswers = ({ hop, endpoint, pass }: WayThrough): Check => ({
  id: "proxy-answers",
  title: `${hop} lets us through to ${endpoint}`,
  subject: endpoint,
  run: (context) => reach({ call: (signal) => pass(signal) }, `${hop} opened the way to ${endpoint}`, context),
});
