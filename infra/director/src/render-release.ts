import { renderAccounts, renderClaim, renderConfig, renderNamespace, renderPullSecret } from "./render-base.ts";
import type { ReleaseProfile } from "./release-profile.ts";
import { renderService, renderWorkload } from "./render-workload.ts";

/** A Kubernetes object to create; the same shape as the room kube's Manifest. */
export type RenderedManifest = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
};

export interface RenderOptions {
  readonly namespace: string;
  /** Host and port of the registry that serves `mayadata/…`: "127.0.0.1:5000". */
  readonly registryHost: string;
  /** Where Director will be reached; told to it in ConfigMap maya-config. */
  readonly url?: string;
  /** What the registry asks of who pulls; without it pulls are anonymous. */
  readonly pullSecret?: { readonly username: string; readonly password: string };
}

/**
 * Every object of one Director release, in the order in which it must be created: namespace, accounts, configuration,
 * pull secret, claims, services, workloads. Workloads start by themselves once their init containers saw what they wait for.
 */
export const renderRelease = (profile: ReleaseProfile, options: RenderOptions): RenderedManifest[] => [
  renderNamespace(options),
  ...renderAccounts(profile, options),
  renderConfig(profile, options),
  ...(options.pullSecret === undefined ? [] : [renderPullSecret(options, options.pullSecret)]),
  ...profile.claims.map((claim) => renderClaim(profile, options, claim)),
  ...profile.services.map((service) => renderService(profile, options, service)),
  ...profile.workloads.map((workload) => renderWorkload(profile, options, workload)),
];
