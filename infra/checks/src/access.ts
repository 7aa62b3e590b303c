/** Checks of the hops before a bed's endpoints. */
export { jumpHostForward } from "./jump-host-forward.ts";
export { jumpHostLogin } from "./jump-host-login.ts";
export { proxyAnswers } from "./proxy-answers.ts";
