/** What a collector reads of one cluster; the room kube's client fits. */
export interface KubeReader {
  readonly cluster: string;
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    options?: { readonly namespace?: string; readonly signal?: AbortSignal },
  ): Promise<readonly object[]>;
  raw(path: string, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
}
