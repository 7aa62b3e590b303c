import { join } from "node:path";

const flags = (values: Readonly<Record<string, string>>): string[] => Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** An etcd of one member on loopback. */
export const etcdArgv = (binary: string, folder: string, [client, peer]: readonly [number, number]): readonly string[] => [
  binary,
  ...flags({
    "data-dir": join(folder, "etcd"),
    "listen-client-urls": `http://127.0.0.1:${client}`,
    "advertise-client-urls": `http://127.0.0.1:${client}`,
    "listen-peer-urls": `http://127.0.0.1:${peer}`,
    "initial-advertise-peer-urls": `http://127.0.0.1:${peer}`,
    "initial-cluster": `default=http://127.0.0.1:${peer}`,
    "log-level": "warn",
    // Nothing here outlives its test.
    "unsafe-no-fsync": "true",
  }),
];

/** An API server on loopback, which needs nothing but its etcd. */
export const serverArgv = (
  binary: string,
  folder: string,
  { port, etcd }: { readonly port: number; readonly etcd: number },
): readonly string[] => [
  binary,
  ...flags({
    "bind-address": "127.0.0.1",
    "secure-port": String(port),
    "etcd-servers": `http://127.0.0.1:${etcd}`,
    "authorization-mode": "RBAC",
    "client-ca-file": join(folder, "ca.crt"),
    // No controller makes the accounts that pods would need.
    "disable-admission-plugins": "ServiceAccount",
    "endpoint-reconciler-type": "none",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": join(folder, "accounts.pub"),
    "service-account-signing-key-file": join(folder, "accounts.key"),
    "service-cluster-ip-range": "10.223.0.0/24",
    "tls-cert-file": join(folder, "server.crt"),
    "tls-private-key-file": join(folder, "server.key"),
    profiling: "false",
  }),
];
