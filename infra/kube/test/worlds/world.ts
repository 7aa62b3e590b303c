import type { KubeClient } from "../../src/index.ts";

/** An API server that a test may hurt, with its etcd. */
export interface ApiWorld {
  /** As the administrator. */
  readonly client: KubeClient;
  /** A client with other credentials: of a user without any role, or with a certificate that has expired. */
  as(user: "stranger" | "expired"): KubeClient;
  /** The program alone; its machine and etcd go on. */
  setApiServer(to: "on" | "off"): Promise<void>;
  /** Keeps etcd as it is now; the answer brings it back. Both end with the API server served. */
  keepControlPlane(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** What a world may lack: cases that need it are left out there aloud, with the reason. */
export type Lacks = Readonly<Partial<Record<"admission", string>>>;

/** A whole cluster that a test may hurt: the simulated one, or real kubelets. What is said of waits must hold in each of them. */
export interface World extends ApiWorld {
  readonly control: string;
  readonly workers: readonly [string, string, ...string[]];
  readonly images: {
    /** Runs `serve`, `exit CODE`, `pause` or `say WORDS`. */
    readonly guest: string;
    readonly absent: string;
    /** Of a registry that asks for a password. */
    readonly locked: string;
    /** Of a registry that takes the request and never answers. */
    readonly stalled: string;
  };
  setPower(node: string, to: "on" | "off"): Promise<void>;
  setCable(node: string, to: "up" | "down"): Promise<void>;
  setDisk(node: string, to: "full" | "free"): Promise<void>;
}
