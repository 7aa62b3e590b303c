import { stringify } from "yaml";
import type { Manifest } from "./kube-apply.ts";

export const AGENT_NAMESPACE = "maya-system";
/** Secret with the keys `token` and `url`, by which the agents find their Director and name themselves. */
export const AGENT_SECRET = "maya-io-agent";
export const PULL_SECRET = "directoronprem-registry-secret";
export const AGENTS = [
  "cortex-agent",
  "dmaas-agent",
  "maya-io-agent",
  "openebs-manager",
  "status-agent",
  "upgrade-controller",
  "velero",
] as const;

export interface AgentInstallation {
  readonly token: string;
  readonly directorUrl: string;
  /** Host and port of the registry, without the repository. */
  readonly registry: string;
  readonly release: string;
  /** Base64 of `.dockerconfigjson`, when Director itself pulls with one. */
  readonly dockerConfig?: string;
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const secrets = ({ token, directorUrl, dockerConfig }: AgentInstallation): Manifest[] => {
  const own = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: AGENT_SECRET, namespace: AGENT_NAMESPACE },
    type: "Opaque",
    data: { token: base64(token), url: base64(directorUrl) },
  };
  if (dockerConfig === undefined) return [own];
  const pull = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: PULL_SECRET, namespace: AGENT_NAMESPACE },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": dockerConfig },
  };
  return [own, pull];
};

const accounts = (): Manifest[] => [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "maya-io", namespace: AGENT_NAMESPACE } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "maya-io-agents" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name: "maya-io", namespace: AGENT_NAMESPACE }],
  },
];

const deployment = (name: string, { registry, release, dockerConfig }: AgentInstallation): Manifest => {
  const labels = { name, "mayadata.io/agent": "true" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: AGENT_NAMESPACE, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "maya-io",
          ...(dockerConfig !== undefined && { imagePullSecrets: [{ name: PULL_SECRET }] }),
          containers: [
            {
              name,
              image: `${registry}/mayadata/${name}:${release}`,
              imagePullPolicy: "IfNotPresent",
              resources: { requests: { cpu: "25m", memory: "64Mi" } },
            },
          ],
        },
      },
    },
  };
};

/** What the registration command applies on a cluster: namespace, identity, rights and the seven agents. */
export const agentManifests = (installation: AgentInstallation): readonly Manifest[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: AGENT_NAMESPACE } },
  ...accounts(),
  ...secrets(installation),
  ...AGENTS.map((name) => deployment(name, installation)),
];

export const agentYaml = (installation: AgentInstallation): string =>
  agentManifests(installation)
    .map((manifest) => stringify(manifest))
    .join("---\n");
