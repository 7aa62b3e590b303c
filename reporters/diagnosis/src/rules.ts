import type { ResidueRule } from "./residue.ts";
import type { Rule } from "./rule.ts";
import { controlplaneUnschedulable } from "./rules/controlplane-unschedulable.ts";
import { errorCode } from "./rules/error-code.ts";
import { networkLabUnreachable } from "./rules/network-lab-unreachable.ts";
import { nodeDiskPressure } from "./rules/node-disk-pressure.ts";
import { nodeKubeletDown } from "./rules/node-kubelet-down.ts";
import { productCrash } from "./rules/product-crash.ts";
import { productFunctional } from "./rules/product-functional.ts";
import { productNotReady } from "./rules/product-not-ready.ts";
import { registryImageMissing } from "./rules/registry-image-missing.ts";
import { registryRateLimited } from "./rules/registry-rate-limited.ts";
import { registryUnavailable } from "./rules/registry-unavailable.ts";
import { productOom } from "./rules/product-oom.ts";
import { testHarness } from "./rules/test-harness.ts";
import { testIsolation } from "./rules/test-isolation.ts";

/** Rules over the facts of a whole run. */
export const RULES: readonly Rule[] = [
  nodeDiskPressure,
  nodeKubeletDown,
  registryRateLimited,
  registryUnavailable,
  registryImageMissing,
  controlplaneUnschedulable,
  productCrash,
  productNotReady,
];

/** Rules over one test that none of those explains; the first that answers decides. */
export const RESIDUE_RULES: readonly ResidueRule[] = [
  testHarness,
  testIsolation,
  productOom,
  networkLabUnreachable,
  errorCode,
  productFunctional,
];
