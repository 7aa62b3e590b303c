import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../src/kubernetes/store.ts";
import { KubeApiBed } from "./kube-api-bed.ts";

const isMissing = spawnSync("kubectl", ["version", "--client"]).error !== undefined;
const because = isMissing ? " (skipped: there is no kubectl on the PATH; Debian's package is kubernetes-client)" : "";
if (isMissing) process.stdout.write(`kube-api-kubectl.contract.ts${because}\n`);

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: main, image: "nginx:1", ports: [{containerPort: 80}], env: [{name: A, value: "1"}, {name: B, value: "2"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
`;

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: lone}
spec: {nodeName: worker1, containers: [{name: main, image: nginx}]}
`;

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;

const WIDGET = `
apiVersion: example.org/v1
kind: Widget
metadata: {name: w}
spec: {size: 1}
`;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(isMissing)(`kubectl, unmodified${because}`, () => {
  let bed: KubeApiBed;
  let folder: string;

  beforeAll(async () => {
    bed = await KubeApiBed.start();
    folder = await mkdtemp(join(tmpdir(), "kube-api-"));
    await writeFile(join(folder, "kubeconfig"), bed.api.kubeconfig);
  });
  afterAll(async () => {
    await bed.api.close();
    await rm(folder, { recursive: true, force: true });
  });

  const kubectl = (...args: readonly string[]): Promise<Said> =>
    new Promise((resolve) => {
      const own = [`--kubeconfig=${join(folder, "kubeconfig")}`, `--cache-dir=${join(folder, "cache")}`, "--namespace=demo"];
      execFile("kubectl", [...own, ...args], { timeout: 30_000 }, (error, out, err) => {
        resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
      });
    });

  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  const store = (): Store => {
    const found = bed.api.store;
    if (found === undefined) throw new Error("the control plane is off");
    return found;
  };

  it("creates a namespace and objects by its typed clients", async () => {
    expect((await kubectl("create", "namespace", "demo")).out).toBe("namespace/demo created\n");
    await kubectl("create", "configmap", "settings", "--from-literal=a=b");
    await kubectl("create", "secret", "generic", "token", "--from-literal=t=s3cret");
    expect((await kubectl("create", "deployment", "quick", "--image=nginx:2", "--replicas=0", "--port=80")).err).toBe("");
    const quick = store().get(store().resource("Deployment"), "demo", "quick");
    expect(quick?.spec).toMatchObject({
      replicas: 0,
      template: { spec: { containers: [{ image: "nginx:2", ports: [{ containerPort: 80 }] }] } },
    });
    expect((await kubectl("get", "secret", "token", "-o", "jsonpath={.data.t}")).out).toBe("czNjcmV0");
  });

  it("applies, changes nothing the second time, and removes what is gone from the manifest", async () => {
    const path = await file("web.yaml", MANIFEST);
    expect((await kubectl("apply", "-f", path)).out).toBe("deployment.apps/web created\nservice/web created\n");
    expect((await kubectl("apply", "-f", path)).out).toBe("deployment.apps/web unchanged\nservice/web unchanged\n");
    await file("web.yaml", MANIFEST.replace("nginx:1", "nginx:3").replace('{name: A, value: "1"}, ', ""));
    expect((await kubectl("apply", "-f", path)).out).toBe("deployment.apps/web configured\nservice/web unchanged\n");
    const web = store().get(store().resource("Deployment"), "demo", "web");
    expect(web?.spec?.["template"]).toMatchObject({ spec: { containers: [{ image: "nginx:3", env: [{ name: "B" }] }] } });
    expect(web?.metadata.generation).toBe(2);
  });

  it("hears of a misspelt field from the server", async () => {
    const said = await kubectl("apply", "-f", await file("bad.yaml", MANIFEST.replace("replicas", "replicaz")));
    expect(said.code).toBe(1);
    expect(said.err).toContain('strict decoding error: unknown field "spec.replicaz"');
  });

  it("prints tables, wide tables and descriptions", async () => {
    expect((await kubectl("get", "deployments")).out).toMatch(
      /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nquick +0\/0 +0 +0 +\d+s\nweb +0\/2/,
    );
    expect((await kubectl("get", "deployment", "web", "-o", "wide")).out).toMatch(/web +0\/2 .* main +nginx:3 +app=web/);
    expect((await kubectl("describe", "deployment", "web")).out).toContain("Selector:               app=web");
    expect((await kubectl("get", "all")).out).toContain("service/web");
    expect((await kubectl("get", "deployments", "nope")).err).toBe('Error from server (NotFound): deployments.apps "nope" not found\n');
  });

  it("scales, labels and sets images", async () => {
    expect((await kubectl("scale", "deployment/web", "--replicas=5")).out).toBe("deployment.apps/web scaled\n");
    expect((await kubectl("label", "deployment/web", "team=x")).out).toBe("deployment.apps/web labeled\n");
    expect((await kubectl("set", "image", "deployment/web", "main=nginx:4")).out).toBe("deployment.apps/web image updated\n");
    const web = store().get(store().resource("Deployment"), "demo", "web");
    expect(web).toMatchObject({
      metadata: { labels: { team: "x" } },
      spec: { replicas: 5, template: { spec: { containers: [{ image: "nginx:4" }] } } },
    });
  });

  it("waits for a condition by its watch, and for a deletion", async () => {
    await kubectl("apply", "-f", await file("pod.yaml", POD));
    const pods = store().resource("Pod");
    const waits = kubectl("wait", "pod/lone", "--for=condition=Ready", "--timeout=20s");
    const refused = await kubectl("wait", "pod/lone", "--for=condition=Ready", "--timeout=1s");
    expect(refused.err).toContain("timed out waiting for the condition");
    const pod = store().get(pods, "demo", "lone");
    if (pod !== undefined)
      store().updateStatus(pods, { ...pod, status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } });
    expect((await waits).out).toBe("pod/lone condition met\n");
    expect((await kubectl("logs", "lone")).out).toBe("first\nsecond\n");
    const deletes = kubectl("delete", "pod", "lone");
    await expect.poll(() => store().get(pods, "demo", "lone")?.metadata.deletionTimestamp, { interval: 10 }).toBeDefined();
    const gone = await kubectl("delete", "pod", "lone", "--grace-period=0", "--force");
    expect([(await deletes).code, gone.code]).toEqual([0, 0]);
  });

  it("works with custom kinds as soon as their definition is established", async () => {
    expect((await kubectl("apply", "-f", await file("crd.yaml", DEFINITION))).err).toBe("");
    expect((await kubectl("wait", "--for=condition=established", "crd/widgets.example.org", "--timeout=5s")).code).toBe(0);
    const path = await file("widget.yaml", WIDGET);
    expect((await kubectl("apply", "-f", path)).out).toBe("widget.example.org/w created\n");
    expect((await kubectl("get", "widgets")).out).toMatch(/NAME +AGE\nw +\d+s\n/);
    expect((await kubectl("delete", "-f", path)).out).toContain("deleted");
  });
});
