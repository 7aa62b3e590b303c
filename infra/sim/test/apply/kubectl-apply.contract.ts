import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubeApiBed } from "../kube-api-bed.ts";
import { Kubectl, withoutKubectl } from "../kubectl-kit.ts";
import { deployment, part } from "./apply-kit.ts";

const because = withoutKubectl();

describe.skipIf(because !== "")(`kubectl apply --server-side ${because}`, () => {
  let bed: KubeApiBed;
  let kubectl: Kubectl;

  beforeAll(async () => {
    bed = await KubeApiBed.start();
    kubectl = await Kubectl.open(bed.api.kubeconfig);
  });
  afterAll(async () => {
    await bed.api.close();
    await kubectl.close();
  });

  const apply = (path: string, ...args: readonly string[]) => kubectl.run("apply", "--server-side", "-f", path, ...args);

  it("applies twice, tells of a conflict and forces it", async () => {
    const path = await kubectl.file("web.json", deployment({ replicas: 2 }));
    expect(await apply(path)).toMatchObject({ out: "deployment.apps/web serverside-applied\n", code: 0 });
    expect(await apply(path)).toMatchObject({ out: "deployment.apps/web serverside-applied\n", code: 0 });
    const other = await kubectl.file("other.json", part({ replicas: 4 }));
    const refused = await apply(other, "--field-manager=bob");
    expect(refused.err).toContain('Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas');
    expect(refused.err).toContain("--force-conflicts");
    expect((await apply(other, "--field-manager=bob", "--force-conflicts")).code).toBe(0);
    expect((await kubectl.run("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}")).out).toBe("4");
    const owners = await kubectl.run(
      "get",
      "deploy",
      "web",
      "--show-managed-fields",
      "-o",
      "jsonpath={.metadata.managedFields[*].manager}",
    );
    expect(owners.out.split(" ").toSorted()).toEqual(["bob", "kubectl"]);
  });

  it("stores nothing of a server-side dry run, and shows the difference beforehand", async () => {
    const path = await kubectl.file("dry.json", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "dry" }, data: { a: "1" } });
    expect((await apply(path, "--dry-run=server")).out).toBe("configmap/dry serverside-applied (server dry run)\n");
    expect((await kubectl.run("get", "configmap", "dry")).err).toContain("NotFound");
    const diff = await kubectl.run("diff", "--server-side", "-f", path);
    expect([diff.code, diff.out]).toEqual([1, expect.stringContaining('+  a: "1"')]);
  });

  it("takes over what it applied from its side before, and removes what is gone from the manifest", async () => {
    const manifest = (data: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "moved" }, data });
    const path = await kubectl.file("moved.json", manifest({ a: "1", b: "1" }));
    expect((await kubectl.run("apply", "-f", path)).out).toBe("configmap/moved created\n");
    await kubectl.file("moved.json", manifest({ a: "2" }));
    expect(await apply(path)).toMatchObject({ code: 0, err: "" });
    expect((await kubectl.run("get", "configmap", "moved", "-o", "jsonpath={.data}")).out).toBe('{"a":"2"}');
    await kubectl.file("moved.json", manifest({ c: "3" }));
    expect((await apply(path)).code).toBe(0);
    expect((await kubectl.run("get", "configmap", "moved", "-o", "jsonpath={.data}")).out).toBe('{"c":"3"}');
  });

  it("hears of a field that does not exist", async () => {
    const path = await kubectl.file("bad.json", deployment({ replicaz: 1 }));
    expect((await apply(path)).err).toContain(".spec.replicaz: field not declared in schema");
  });

  it("conflicts with who scaled, and edits and patches by their own doors", async () => {
    const path = await kubectl.file("scaled.json", { ...deployment({ replicas: 1 }), metadata: { name: "scaled" } });
    await apply(path, "--field-manager=ci");
    expect((await kubectl.run("scale", "deploy/scaled", "--replicas=3")).code).toBe(0);
    expect((await apply(path, "--field-manager=ci")).err).toContain(
      'conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
    expect((await kubectl.run("set", "image", "deploy/scaled", "main=nginx:9")).code).toBe(0);
    expect((await apply(path, "--field-manager=ci")).err).toContain('.spec.template.spec.containers[name="main"].image');
  });
});
