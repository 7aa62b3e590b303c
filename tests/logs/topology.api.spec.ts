import { expect, KINDS, plan, test } from "@kubera-e2e/fixtures";

const AGENT = { namespace: "maya-system", name: "maya-io-agent" } as const;

test.use({ state: "openebs" });

test(
  "the Kubernetes proxy hands out a pod's log",
  plan("TCID-DIR-TOPOLOGY-POD-LOGS", { day: 2, priority: 2, assumption: "A-K8S-PROXY" }),
  async ({ bed, director, project }) => {
    const pods = await bed.member.kube.list(KINDS.pod, { namespace: AGENT.namespace });
    const name = pods.map(({ metadata }) => metadata.name).find((pod) => pod.startsWith(`${AGENT.name}-`)) ?? "";
    const path = `/k8s/groups/${project.id}/clusters/${await project.idOf(bed.member)}/api/v1/namespaces/${AGENT.namespace}/pods`;
    const { status, body } = await director.request({ method: "GET", path: `${path}/${name}/log` });
    expect(status).toBe(200);
    const [first = "", ...rest] = String(body).trimEnd().split("\n");
    expect(first, "the agent writes").not.toBe("");
    const written = (await bed.member.kube.logs({ namespace: AGENT.namespace, name })).split("\n");
    expect(written.slice(0, rest.length + 1), "what the cluster has of it").toEqual([first, ...rest]);
    expect(await director.request({ method: "GET", path: `${path}/no-such-pod/log` })).toBeRefused(404);
  },
);
