/** What the restore reads of a Node. */
export interface NodeLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastHeartbeatTime?: string;
    }[];
    readonly nodeInfo?: { readonly bootID?: string; readonly kubeletVersion?: string };
  };
}
