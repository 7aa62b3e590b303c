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

/** A jump host; `enter` throws an error of the house when ssh does not come through to it. */
export interface JumpHostDoor {
  /** As errors name it: `the jump host ops@bastion`. */
  readonly hop: string;
  readonly enter: (signal: AbortSignal) => Promise<unknown>;
}

/** The way to one endpoint through a hop; `pass` throws an error of the house when it is not open. */
export interface WayThrough {
  /** As errors name it: `the proxy proxy.lab:3128`. */
  readonly hop: string;
  readonly endpoint: string;
  readonly pass: (signal: AbortSignal) => Promise<unknown>;
}

type Until = { readonly certificateUntil?: (signal: AbortSignal) => Promise<string | undefined> };

/** What a check of an endpoint may be told beside its client. */
export type EndpointOptions = Until;
