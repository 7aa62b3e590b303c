/** What a recorder hears of the objects of one kind. */
export interface KindListener {
  onChange(type: "ADDED" | "MODIFIED" | "DELETED", object: object): void;
  onTrouble(trouble: Error | undefined): void;
  onLoss(sinceMs: number): void;
}

/** One container of one pod. */
export interface ContainerRef {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
}

export interface LogRequest extends ContainerRef {
  readonly previous?: boolean;
  readonly sinceTime?: string;
}

/** What a recorder needs of one cluster; the room kube's client fits. */
export interface RecordedCluster {
  readonly cluster: string;
  follow(kind: { readonly apiVersion: string; readonly kind: string }, listener: KindListener, signal: AbortSignal): Promise<void>;
  /** Each line behind its time. */
  followLogs(log: LogRequest, options: { readonly signal: AbortSignal }): Promise<AsyncIterable<Uint8Array>>;
}
