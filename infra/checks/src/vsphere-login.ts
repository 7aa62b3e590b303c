import type { Check } from "./check.ts";
import type { EndpointOptions, VsphereDoor } from "./ports.ts";
import { reach } from "./reachable.ts";

/** Whether vSphere lets us in. */
export const vsphereLogin = (door: VsphereDoor, { certificateUntil }: EndpointOptions = {}): Check => ({
  id: "vsphere-login",
  title: "vSphere lets us in",
  subject: door.endpoint,
  run: (context) => reach({ call: (signal) => door.login(signal), certificateUntil }, `${door.endpoint} accepted the credentials`, context),
});
