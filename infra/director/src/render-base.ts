import type { ReleaseProfile } from "./release-profile.ts";
import type { RenderedManifest, RenderOptions } from "./render-release.ts";

/** Name under which the field keeps the credentials of the registry. */
export const PULL_SECRET = "directoronprem-registry-secret";
export const CONFIG_MAP = "maya-config";

export const renderNamespace = ({ namespace }: RenderOptions): RenderedManifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: namespace },
});

const pullSecrets = (options: RenderOptions): Record<string, unknown> =>
  options.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: PULL_SECRET }] };

/** Director reads and changes objects everywhere, so its accounts are bound to cluster-admin, as its chart does. */
export const renderAccounts = (profile: ReleaseProfile, options: RenderOptions): RenderedManifest[] =>
  profile.serviceAccounts.flatMap((name) => [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: options.namespace }, ...pullSecrets(options) },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: `crb-${name.replace(/^sa-/, "")}` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name, namespace: options.namespace }],
    },
  ]);

export const renderConfig = (profile: ReleaseProfile, options: RenderOptions): RenderedManifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: CONFIG_MAP, namespace: options.namespace },
  data: {
    RELEASE: profile.release,
    NAMESPACE: options.namespace,
    REGISTRY: options.registryHost,
    ...(options.url !== undefined && { URL: options.url }),
    AUTH_PROVIDER: "localAuthConfig",
    MYSQL_HOST: `mysql.${options.namespace}`,
  },
});

export const renderPullSecret = (
  options: RenderOptions,
  { username, password }: { readonly username: string; readonly password: string },
): RenderedManifest => {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const config = JSON.stringify({ auths: { [options.registryHost]: { username, password, auth } } });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: PULL_SECRET, namespace: options.namespace },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(config).toString("base64") },
  };
};

/** The spec of a claim of one pod at a time. */
export const claimSpec = (profile: ReleaseProfile, size: string): Record<string, unknown> => ({
  accessModes: ["ReadWriteOnce"],
  storageClassName: profile.storageClass,
  resources: { requests: { storage: size } },
});

export const renderClaim = (
  profile: ReleaseProfile,
  options: RenderOptions,
  claim: { readonly name: string; readonly size: string },
): RenderedManifest => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: claim.name, namespace: options.namespace },
  spec: claimSpec(profile, claim.size),
});
