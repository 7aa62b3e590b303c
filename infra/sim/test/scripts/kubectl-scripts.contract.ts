import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../src/kubernetes/program.ts";
import { openClusterBed, type ClusterBed } from "../kubelet/cluster-bed.ts";
import { Kubectl, withoutKubectl, type Said } from "../kubectl-kit.ts";

const because = withoutKubectl();

/** Speaks while it lives, and ends with an error the first time. */
const talkative: Program = {
  start: (context) => {
    for (const line of ["one", "two", "three"]) context.log(line);
    const ended = context.time.delay(400_000, context.signal).then(() => {
      context.log("four");
      return { exitCode: 0 };
    });
    return { ready: () => true, ended };
  },
};

const manifest = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "${image}"}]}
`;

describe.skipIf(because !== "")(`scripts of kubectl, unmodified ${because}`, () => {
  let bed: ClusterBed;
  let kubectl: Kubectl;
  beforeAll(async () => {
    bed = await openClusterBed({ programs: [["test/task", talkative]] });
    kubectl = await Kubectl.open(bed.cluster.api.kubeconfig);
    await bed.untilNodesReady();
    await kubectl.file("web.yaml", manifest(bed.image("server:1")));
    await kubectl.file("web2.yaml", manifest(bed.image("server:2")));
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

  it("applies, waits and rolls on, back, and stops in between", async () => {
    const { out } = await script(`
      kubectl apply -f web.yaml
      kubectl wait deployment/web --for=condition=Available --timeout=20s
      kubectl rollout status deployment/web --timeout=20s
      kubectl annotate deployment/web kubernetes.io/change-cause="first"
      kubectl apply -f web2.yaml
      kubectl rollout status deployment/web --timeout=20s
      kubectl rollout history deployment/web
      kubectl rollout history deployment/web --revision=2
      kubectl rollout undo deployment/web
      kubectl rollout status deployment/web --timeout=20s
      kubectl get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}{"\\n"}'
      kubectl rollout pause deployment/web
      kubectl set image deployment/web main=${bed.image("server:2")}
      kubectl rollout resume deployment/web
      kubectl rollout restart deployment/web
      kubectl rollout status deployment/web --timeout=20s
      kubectl wait deployment/web --for=jsonpath='{.status.readyReplicas}'=3 --timeout=20s
    `);
    expect(out).toContain("deployment.apps/web condition met");
    expect(out).toContain("REVISION  CHANGE-CAUSE");
    expect(out).toContain("deployment.apps/web rolled back");
    expect(out).toContain(`${bed.image("server:1")}\ndeployment.apps/web paused`);
    expect(out).toContain("deployment.apps/web resumed\ndeployment.apps/web restarted");
  });

  it("waits for an absence and for deletion", async () => {
    const { out } = await script(`
      kubectl run gone --image=${bed.image("server:1")}
      kubectl wait pod/gone --for=condition=Ready --timeout=20s
      kubectl wait pod/gone --for=jsonpath='{.status.phase}'=Running --timeout=20s
      kubectl delete pod gone --wait=false
      kubectl wait pod/gone --for=delete --timeout=20s
      kubectl get pod gone --ignore-not-found
    `);
    expect(out).toContain('pod "gone" deleted');
    expect(out).toContain("pod/gone condition met");
  });

  it("reads logs by tail, time, label and container, follows them, and those of the run before", async () => {
    const { out } = await script(`
      kubectl run talk --image=${bed.image("task:1")} --labels=app=talk --restart=Never
      kubectl wait pod/talk --for=condition=Ready --timeout=20s
      kubectl logs talk --tail=2
      kubectl logs -l app=talk --prefix --tail=1
      kubectl logs talk -c talk --since=1h | head -1
      kubectl logs talk --timestamps --tail=1
      kubectl logs talk --since-time=2999-01-01T00:00:00Z
      kubectl logs talk --limit-bytes=4
      kubectl logs talk -f --since-time=2020-01-01T00:00:00Z
    `);
    expect(out).toContain("two\nthree\n[pod/talk/talk] three\none\n");
    expect(out).toMatch(/\d\d\d\d-\d\d-\d\dT[\d:.]+Z three\none\none\ntwo\nthree\nfour\n$/);
    await script(`
      kubectl run crash --image=${bed.image("crash:1")}
      until test "$(kubectl get pod crash -o jsonpath='{.status.containerStatuses[0].restartCount}')" -ge 1; do kubectl wait pod/crash --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 --timeout=1s || true; done
    `);
    expect((await script("kubectl logs crash --previous")).out).toBe("fatal: cannot go on\n");
    await script("kubectl delete pod crash talk --now");
  });

  it("says what has no log", async () => {
    const said = await kubectl.run("logs", "nobody");
    expect(said.err).toContain('pods "nobody" not found');
    const pod = (await script("kubectl get pods -l app=web -o name | head -1")).out.trim();
    expect((await kubectl.run("logs", pod, "-c", "nope")).err).toContain("container nope is not valid for pod");
    expect((await kubectl.run("logs", pod, "--previous")).err).toContain("previous terminated container");
  });

  it("cordons, drains within the budget of the pods, and lets the node work again", async () => {
    const { out } = await script(`
      kubectl create poddisruptionbudget web --selector=app=web --min-available=2
      kubectl wait pdb/web --for=jsonpath='{.status.disruptionsAllowed}'=1 --timeout=20s
      kubectl get pdb
      kubectl cordon server-worker1
      kubectl get node server-worker1 --no-headers
      kubectl drain server-worker1 --ignore-daemonsets --delete-emptydir-data --timeout=60s
      kubectl uncordon server-worker1
    `);
    expect(out).toMatch(/web +2 +N\/A +1 /);
    expect(out).toContain("node/server-worker1 cordoned");
    expect(out).toContain("Ready,SchedulingDisabled");
    expect(out).toContain("node/server-worker1 drained");
    expect(out).toContain("node/server-worker1 uncordoned");
    expect((await script("kubectl get pods -l app=web --field-selector=spec.nodeName=server-worker1 -o name")).out).toBe("");
  });

  it("does not drain what a spent budget guards, and says so", async () => {
    await script(`
      kubectl rollout status deployment/web --timeout=20s
      kubectl patch pdb web --type=merge -p '{"spec":{"minAvailable":3}}'
      kubectl wait pdb/web --for=jsonpath='{.status.disruptionsAllowed}'=0 --timeout=20s
    `);
    const node = (await script("kubectl get pods -l app=web -o jsonpath='{.items[0].spec.nodeName}'")).out;
    const said = await kubectl.run("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=2s");
    expect(said.code).not.toBe(0);
    expect(said.err).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    await script(`kubectl uncordon ${node}`);
  });

  it("gets lists in chunks and by selectors", async () => {
    const whole = await script("kubectl get pods -A --no-headers -o name");
    expect((await script("kubectl get pods -A --no-headers -o name --chunk-size=2")).out).toBe(whole.out);
    expect((await script("kubectl get pods -A --field-selector=status.phase=Running,spec.nodeName=server-master1 -o name")).out).toContain(
      "pod/etcd-server-master1",
    );
    expect((await kubectl.run("get", "pods", "--field-selector=spec.foo=1")).err).toContain("field label not supported: spec.foo");
    expect((await script("kubectl get pods -l 'app in (web,api),!nope' -o name | wc -l")).out.trim()).toBe("3");
  });
});
