import { type Evidence, type Fact, type Scope, type TestIdentity } from "@kubera-e2e/schema/evidence";
import type { WireError } from "@kubera-e2e/schema/error-wire";

const START_MS = Date.UTC(2026, 4, 4, 9, 0, 0);

/** A moment of the pretended run, in seconds after its start. */
export const at = (seconds: number): string => new Date(START_MS + seconds * 1000).toISOString();

type Data = Fact["data"];

export const event = (seconds: number, scope: Scope, data: Data): Fact => ({
  kind: "kubernetes.event",
  at: at(seconds),
  scope: { cluster: "server", ...scope },
  data: { type: "Warning", ...data },
});

export const node = (seconds: number, name: string, data: Data): Fact => ({
  kind: "kubernetes.node",
  at: at(seconds),
  scope: { cluster: "server", node: name },
  data,
});

export const pod = (seconds: number, place: string | Scope, data: Data): Fact => ({
  kind: "kubernetes.pod",
  at: at(seconds),
  scope: { cluster: "server", namespace: "kubera", kind: "Pod", ...(typeof place === "string" ? { name: place } : place) },
  data,
});

const GIB = 1024 ** 3;

/** Free shares of the node's and the image file system, of 100 GiB each. */
export const disk = (fs: number, imageFs: number): Data => ({
  "fs.availableBytes": fs * 100 * GIB,
  "fs.capacityBytes": 100 * GIB,
  "runtime.imageFs.availableBytes": imageFs * 100 * GIB,
  "runtime.imageFs.capacityBytes": 100 * GIB,
});

export const READY: Data = { "Ready.status": "True", "Ready.reason": "KubeletReady", "DiskPressure.status": "False" };

const window = (from: number, to: number): Evidence["window"] => ({ from: at(from), to: at(to) });

/** Evidence of the run itself over its whole length of an hour. */
export const ofRun = (...facts: Fact[]): Evidence => ({
  schema: "kubera-e2e/evidence@1",
  run: "r1",
  target: "sim",
  bed: "sim",
  window: window(0, 3600),
  facts,
  gaps: [],
});

export const identity = (plan: string, title = plan): TestIdentity => ({
  plan,
  title,
  file: "tests/x/x.api.spec.ts",
  project: "api",
  retry: 0,
});

export const wire = (message: string, more: Partial<WireError> = {}): WireError => ({
  schema: "kubera-e2e/error@1",
  name: "Error",
  message,
  causes: [],
  ...more,
});

interface Failure {
  readonly plan: string;
  readonly from?: number;
  readonly to?: number;
  readonly error?: WireError;
  readonly facts?: readonly Fact[];
}

export const ofTest = ({ plan, from = 100, to = 200, error = wire("it failed"), facts = [] }: Failure): Evidence => ({
  ...ofRun(...facts),
  window: window(from, to),
  test: identity(plan),
  error,
});
