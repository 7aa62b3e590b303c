import { describe, expect, test } from "vitest";
import { loadRelease, renderRelease, type RenderedManifest } from "../src/index.ts";

const OPTIONS = { namespace: "kubera", registryHost: "127.0.0.1:5000" };
const profile = loadRelease("1.12.0");
const rendered = renderRelease(profile, OPTIONS);

const find = (kind: string, name: string): RenderedManifest => {
  const found = rendered.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`${kind} ${name} was not rendered`);
  return found;
};

test("renders what others need before those who need it", () => {
  expect([...new Set(rendered.map(({ kind }) => kind))]).toEqual([
    "Namespace",
    "ServiceAccount",
    "ClusterRoleBinding",
    "ConfigMap",
    "PersistentVolumeClaim",
    "Service",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
  ]);
});

test("puts everything but cluster-wide objects into the namespace", () => {
  const outside = rendered.filter(({ metadata }) => metadata.namespace !== "kubera").map(({ kind }) => kind);
  expect(outside).toEqual(["Namespace", "ClusterRoleBinding"]);
});

test("pulls every image from the registry, at the release", () => {
  const images = [...JSON.stringify(rendered).matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image ?? "");
  expect(images.length).toBeGreaterThan(profile.workloads.length);
  expect(images.filter((image) => !/^127\.0\.0\.1:5000\/mayadata\/[a-z0-9-]+:1\.12\.0$/.test(image))).toEqual([]);
});

test("renders maya-io as its chart does", () => {
  expect(find("Deployment", "maya-io")["spec"]).toEqual({
    replicas: 1,
    strategy: { type: "Recreate" },
    selector: { matchLabels: { app: "maya-io" } },
    template: {
      metadata: {
        labels: {
          app: "maya-io",
          "app.kubernetes.io/name": "maya-io",
          "app.kubernetes.io/part-of": "director",
          "app.kubernetes.io/version": "1.12.0",
        },
      },
      spec: {
        serviceAccountName: "sa-maya-io",
        initContainers: [
          {
            name: "wait-for",
            image: "127.0.0.1:5000/mayadata/maya-init:1.12.0",
            imagePullPolicy: "IfNotPresent",
            args: "wait-for mysql chat-server maya-grafana-service maya-ui od-elasticsearch-logging od-kibana-logging alertstore-tablemanager".split(
              " ",
            ),
            resources: { requests: { cpu: "25m", memory: "16Mi" } },
          },
        ],
        containers: [
          {
            name: "maya-io",
            image: "127.0.0.1:5000/mayadata/maya-io-server:1.12.0",
            imagePullPolicy: "IfNotPresent",
            ports: [{ name: "tcp-8080", containerPort: 8080, protocol: "TCP" }],
            resources: { requests: { cpu: "25m", memory: "64Mi" } },
            envFrom: [{ configMapRef: { name: "maya-config" } }],
            volumeMounts: [{ name: "mayastore", mountPath: "/var/lib/maya" }],
          },
        ],
        volumes: [{ name: "mayastore", persistentVolumeClaim: { claimName: "mayastore" } }],
      },
    },
  });
});

test("gives mysql its own claim and a readiness probe", () => {
  expect(find("StatefulSet", "mysql")["spec"]).toMatchObject({
    serviceName: "mysql",
    volumeClaimTemplates: [
      { metadata: { name: "data" }, spec: { storageClassName: "openebs-hostpath", resources: { requests: { storage: "50Gi" } } } },
    ],
    template: { spec: { containers: [{ readinessProbe: { exec: { command: ["mysqladmin", "ping"] } } }] } },
  });
});

test("opens the ports of the ingress on the node", () => {
  expect(find("DaemonSet", "nginx-ingress")["spec"]).toMatchObject({
    template: { spec: { containers: [{ ports: [{ hostPort: 80 }, { hostPort: 443 }] }] } },
  });
});

test.each([
  ["cassandra", { clusterIP: "None", selector: { app: "cassandra" } }],
  ["maya-grafana-service", { selector: { app: "maya-grafana" }, ports: [{ port: 3000 }, { port: 8686 }] }],
])("renders service %s", (name, spec) => {
  expect(find("Service", name)["spec"]).toMatchObject(spec);
});

test("leaves the address of an ordinary service to the cluster", () => {
  expect(find("Service", "mysql")["spec"]).not.toHaveProperty("clusterIP");
});

describe("with credentials of the registry", () => {
  const secured = renderRelease(profile, { ...OPTIONS, pullSecret: { username: "puller", password: "s3cret-pull" } });

  test("stores them as docker configuration", () => {
    const secret = secured.find(({ kind }) => kind === "Secret");
    const { ".dockerconfigjson": encoded = "" } = (secret?.["data"] ?? {}) as Record<string, string>;
    expect(secret).toMatchObject({ type: "kubernetes.io/dockerconfigjson", metadata: { name: "directoronprem-registry-secret" } });
    expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toEqual({
      auths: {
        "127.0.0.1:5000": {
          username: "puller",
          password: "s3cret-pull",
          auth: Buffer.from("puller:s3cret-pull").toString("base64"),
        },
      },
    });
  });

  test("lets every pod pull with them", () => {
    const workloads = secured.filter(({ apiVersion }) => apiVersion === "apps/v1");
    const specs = workloads.map((workload) => (workload["spec"] as { template: { spec: object } }).template.spec);
    expect(specs).toHaveLength(profile.workloads.length);
    for (const spec of specs) expect(spec).toHaveProperty("imagePullSecrets", [{ name: "directoronprem-registry-secret" }]);
  });
});
