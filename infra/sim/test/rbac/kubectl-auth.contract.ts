import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { openClusterBed, type ClusterBed } from "../kubelet/cluster-bed.ts";
import { Kubectl, withoutKubectl, type Said } from "../kubectl-kit.ts";

const because = withoutKubectl();

describe.skipIf(because !== "")(`kubectl and roles ${because}`, () => {
  let bed: ClusterBed;
  let kubectl: Kubectl;
  beforeAll(async () => {
    bed = await openClusterBed();
    kubectl = await Kubectl.open(bed.cluster.api.kubeconfig);
    await bed.untilNodesReady();
  });
  afterAll(async () => {
    await bed.close();
    await kubectl.close();
  });

  const script = async (text: string): Promise<Said> => {
    const said = await kubectl.script(text);
    expect(said, `${said.out}\n${said.err}`).toMatchObject({ code: 0 });
    return said;
  };

  it("asks what it may do, for itself and as another", async () => {
    const { out } = await script(`
      kubectl auth can-i delete nodes
      kubectl auth can-i --list | head -3
      kubectl auth whoami -o jsonpath='{.status.userInfo.username}{"\\n"}'
      kubectl create serviceaccount bot
      kubectl create role reader --verb=get,list,watch --resource=pods,pods/log
      kubectl create rolebinding reader --role=reader --serviceaccount=default:bot
      kubectl auth can-i list pods --as=system:serviceaccount:default:bot
      kubectl auth can-i get pods --subresource=log --as=system:serviceaccount:default:bot
      kubectl auth can-i delete pods --as=system:serviceaccount:default:bot || true
      kubectl auth can-i list pods -n kube-system --as=system:serviceaccount:default:bot || true
    `);
    expect(out).toContain("kubernetes-admin");
    expect(out.trim().split("\n").slice(-4)).toEqual(["yes", "yes", "no", "no"]);
  });

  it("works as a service account with a token of its own", async () => {
    const admin = await script("kubectl config view --raw -o json");
    const { clusters } = JSON.parse(admin.out) as { clusters: unknown };
    const { out: token } = await script("kubectl create token bot --duration=10m");
    const users = [{ name: "bot", user: { token: token.trim() } }];
    const contexts = [{ name: "bot", context: { cluster: "server", user: "bot" } }];
    await kubectl.file("bot", stringify({ apiVersion: "v1", kind: "Config", clusters, users, contexts, "current-context": "bot" }));
    expect((await kubectl.run("get", "pods", "--kubeconfig=bot")).err).toContain("No resources found");
    expect((await kubectl.run("get", "secrets", "--kubeconfig=bot")).err).toBe(
      'Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:default:bot" cannot list resource "secrets" in API group "" in the namespace "default"\n',
    );
    await script("kubectl create rolebinding viewer --clusterrole=view --serviceaccount=default:bot");
    expect((await kubectl.run("get", "deployments", "--kubeconfig=bot")).code).toBe(0);
    expect((await kubectl.run("delete", "deployment", "x", "--kubeconfig=bot")).err).toContain(
      'cannot delete resource "deployments" in API group "apps"',
    );
  });

  it("finds the roles of every cluster, and collects into them what is labelled so", async () => {
    expect((await script("kubectl get clusterroles admin edit view cluster-admin -o name")).out.split("\n")).toHaveLength(5);
    await script(`
      kubectl create clusterrole widgets-view --verb=get,list --resource=jobs.batch
      kubectl label clusterrole widgets-view rbac.authorization.k8s.io/aggregate-to-view=true
      kubectl create clusterrole more --aggregation-rule="rbac.authorization.k8s.io/aggregate-to-view=true"
    `);
    const { out } = await script(`
      kubectl wait clusterrole/more --for=jsonpath='{.rules[0].apiGroups[0]}' --timeout=5s
      kubectl describe clusterrole more
    `);
    expect(out).toContain("jobs.batch");
  });
});
