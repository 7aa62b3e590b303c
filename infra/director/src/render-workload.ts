import type { ReleaseProfile, ReleaseService, ReleaseWorkload } from "./release-profile.ts";
import { claimSpec, CONFIG_MAP, PULL_SECRET } from "./render-base.ts";
import type { RenderedManifest, RenderOptions } from "./render-release.ts";

type Spec = Record<string, unknown>;

interface Rendering {
  readonly profile: ReleaseProfile;
  readonly options: RenderOptions;
  readonly workload: ReleaseWorkload;
}

const labelsOf = (name: string, { profile, workload }: Rendering): Record<string, string> => ({
  ...workload.labels,
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "director",
  "app.kubernetes.io/version": profile.release,
});

const image = ({ profile, options }: Rendering, name: string): string => `${options.registryHost}/mayadata/${name}:${profile.release}`;

const resources = (memory: string): Spec => ({ requests: { cpu: "25m", memory } });

const initContainers = (rendering: Rendering): Spec[] => {
  const { profile, workload } = rendering;
  if (workload.waitsFor.length === 0) return [];
  return [
    {
      name: "wait-for",
      image: image(rendering, profile.initImage),
      imagePullPolicy: "IfNotPresent",
      args: ["wait-for", ...workload.waitsFor],
      resources: resources("16Mi"),
    },
  ];
};

/** A port name is at most 15 letters, so it is made of the number alone. */
const portName = (port: number): string => `tcp-${port}`;

const containerPort = (port: number, onNode: boolean): Spec => ({
  name: portName(port),
  containerPort: port,
  protocol: "TCP",
  ...(onNode && { hostPort: port }),
});

const volumeName = (mount: ReleaseWorkload["mounts"][number]): string => ("claim" in mount ? mount.claim : mount.template);

const container = (rendering: Rendering): Spec => {
  const { workload } = rendering;
  return {
    name: workload.name,
    image: image(rendering, workload.image),
    imagePullPolicy: "IfNotPresent",
    ports: workload.ports.map((port) => containerPort(port, workload.hostPorts)),
    resources: resources(workload.memory),
    ...(workload.config && { envFrom: [{ configMapRef: { name: CONFIG_MAP } }] }),
    ...(workload.mounts.length > 0 && {
      volumeMounts: workload.mounts.map((mount) => ({ name: volumeName(mount), mountPath: mount.path })),
    }),
    ...(workload.readiness !== undefined && {
      readinessProbe: { exec: { command: workload.readiness }, periodSeconds: 5, timeoutSeconds: 5 },
    }),
  };
};

const podSpec = (rendering: Rendering): Spec => {
  const { workload, options } = rendering;
  const claims = workload.mounts.filter((mount) => "claim" in mount);
  const waiting = initContainers(rendering);
  return {
    ...(workload.serviceAccount !== undefined && { serviceAccountName: workload.serviceAccount }),
    ...(options.pullSecret !== undefined && { imagePullSecrets: [{ name: PULL_SECRET }] }),
    ...(waiting.length > 0 && { initContainers: waiting }),
    containers: [container(rendering)],
    ...(claims.length > 0 && {
      volumes: claims.map((mount) => ({ name: volumeName(mount), persistentVolumeClaim: { claimName: volumeName(mount) } })),
    }),
  };
};

const claimTemplates = (rendering: Rendering): Spec[] =>
  rendering.workload.mounts.flatMap((mount) =>
    "template" in mount ? [{ metadata: { name: mount.template }, spec: claimSpec(rendering.profile, mount.size) }] : [],
  );

const kindSpec = (rendering: Rendering): Spec => {
  switch (rendering.workload.kind) {
    case "Deployment":
      // A claim is mounted by one pod at a time, so the old pod must go before the new one comes.
      return { replicas: 1, ...(rendering.workload.mounts.length > 0 && { strategy: { type: "Recreate" } }) };
    case "StatefulSet":
      return { replicas: 1, serviceName: serviceOf(rendering), volumeClaimTemplates: claimTemplates(rendering) };
    case "DaemonSet":
      return {};
  }
};

const serviceOf = ({ profile, workload }: Rendering): string =>
  profile.services.find((service) => service.workload === workload.name)?.name ?? workload.name;

export const renderWorkload = (profile: ReleaseProfile, options: RenderOptions, workload: ReleaseWorkload): RenderedManifest => {
  const rendering = { profile, options, workload };
  const labels = labelsOf(workload.name, rendering);
  return {
    apiVersion: "apps/v1",
    kind: workload.kind,
    metadata: { name: workload.name, namespace: options.namespace, labels },
    spec: {
      ...kindSpec(rendering),
      selector: { matchLabels: workload.labels },
      template: { metadata: { labels }, spec: podSpec(rendering) },
    },
  };
};

export const renderService = (profile: ReleaseProfile, options: RenderOptions, service: ReleaseService): RenderedManifest => {
  const workload = profile.workloads.find(({ name }) => name === service.workload);
  const ports = workload?.ports ?? [];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service.name, namespace: options.namespace, labels: { "app.kubernetes.io/part-of": "director" } },
    spec: {
      ...(service.headless && { clusterIP: "None" }),
      selector: workload?.labels ?? {},
      ports: ports.map((port) => ({ name: portName(port), port, targetPort: port, protocol: "TCP" })),
    },
  };
};
