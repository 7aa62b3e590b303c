import type { FailureClass } from "./failure-class.ts";

const DOMAINS = {
  esx: [
    "snapshot-with-memory",
    "snapshot-revert-failed",
    "snapshot-chain",
    "host-reboot",
    "vm-reset",
    "datastore-full",
    "vm-blocked",
    "host-contention",
    "api-auth",
  ],
  node: [
    "disk-pressure",
    "disk-slow",
    "memory-pressure",
    "pid-inode",
    "kubelet-down",
    "runtime-down",
    "reboot-guest",
    "clock-skew",
    "kernel-fs",
    "cpu-starved",
  ],
  network: ["cni-not-ready", "ip-exhausted", "dns-cluster", "dns-lab", "lab-unreachable", "policy-or-lb", "reset"],
  registry: ["throttled", "rate-limited", "unavailable", "auth", "image-missing", "arch-mismatch", "tls", "invalid-name"],
  cert: ["expired", "not-yet-valid", "untrusted", "name-mismatch"],
  auth: ["token", "rbac"],
  controlplane: [
    "apiserver-timeout",
    "apiserver-throttled",
    "etcd-slow",
    "etcd-nospace",
    "webhook",
    "quota",
    "unschedulable",
    "rancher-agent",
  ],
  storage: ["pvc-pending", "provision-failed", "attach-mount", "volume-io", "pvc-full"],
  product: ["crash", "oom", "not-ready", "config", "functional", "performance"],
  test: ["flaky-timing", "outdated", "isolation", "timeout-budget", "harness"],
  ci: ["server-down", "runner-resource", "artifact-download", "aborted", "config"],
} as const;

type Domains = typeof DOMAINS;

/** A domain of causes; domains earlier in `CAUSE_DOMAINS` explain those behind them. */
export type CauseDomain = keyof Domains;

/** The stable id of a root cause: `node.disk-pressure`. `unknown` is a legal answer. */
export type CauseId = { [D in CauseDomain]: `${D}.${Domains[D][number]}` }[CauseDomain] | "unknown";

const CLASS_OF_DOMAIN: Readonly<Record<CauseDomain, FailureClass>> = {
  esx: "infrastructure",
  node: "infrastructure",
  network: "infrastructure",
  registry: "infrastructure",
  cert: "infrastructure",
  auth: "environment",
  controlplane: "infrastructure",
  storage: "infrastructure",
  product: "product",
  test: "test",
  ci: "environment",
};

const domainNames = Object.keys(DOMAINS).filter((name): name is CauseDomain => Object.hasOwn(DOMAINS, name));

/** Every cause id, upstream first; `unknown` is last. */
export const CAUSE_IDS: readonly string[] = [
  ...domainNames.flatMap((domain) => DOMAINS[domain].map((name) => `${domain}.${name}`)),
  "unknown",
];

export const isCauseId = (text: string): text is CauseId => CAUSE_IDS.includes(text);

/** Whose trouble a cause is; an image that was never pushed is the product build's, not the registry's. */
export const classOfCause = (cause: CauseId): FailureClass | "unknown" => {
  if (cause === "unknown") return "unknown";
  if (cause === "registry.image-missing") return "product";
  const domain = domainNames.find((name) => cause.startsWith(`${name}.`));
  return domain === undefined ? "unknown" : CLASS_OF_DOMAIN[domain];
};

/** Position of a cause in the order in which causes explain one another; smaller is further upstream. */
export const rankOfCause = (cause: CauseId): number => CAUSE_IDS.indexOf(cause);
