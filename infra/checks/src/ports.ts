/** As much of the room kube's client as checks need. */
export interface KubeReader {
  readonly cluster: string;
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    options: { readonly signal: AbortSignal },
  ): Promise<readonly unknown[]>;
  raw(path: string, options: { readonly signal: AbortSignal }): Promise<unknown>;
}

/** As much of the room registry's client as checks need. */
export interface RegistryReader {
  readonly url: string;
  ping(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** A way to sign in at a hypervisor; throws an error of the house when that fails. */
export interface VsphereDoor {
  readonly endpoint: string;
  login(signal: AbortSignal): Promise<void>;
}

type Until = { readonly certificateUntil?: (signal: AbortSignal) => Promise<string | undefined> };

/** What a check of an endpoint may be told beside its client. */
export type EndpointOptions = Until;
