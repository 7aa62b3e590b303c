import { expect, plan, test } from "@kubera-e2e/fixtures";
import { openObservation } from "@kubera-e2e/fixtures/observe";

test.use({ state: "openebs" });

test(
  "a line that a pod writes is found with its cluster and its namespace",
  plan("TCID-DIR-LOGS-APP-MARKER", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
  async ({ apps, bed, observation, project }) => {
    const { pod, namespace, line } = await apps.speak();
    const found = await observation.lines({ phrase: line });
    expect(found).toEqual([{ text: line, clusterId: await project.idOf(bed.member), namespace, pod }]);
  },
);

test(
  "nobody finds lines of a cluster that is not his",
  plan("TCID-DIR-LOGS-CLUSTER-ISOLATION", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
  async ({ apps, bed, director, observation, people, project }) => {
    const { line } = await apps.speak();
    const stranger = await openObservation({ bed, administrator: director }, (await people.signUp()).own);
    const clusterId = await project.idOf(bed.member);
    expect(await observation.lines({ phrase: line, clusterId })).toHaveLength(1);
    expect(await stranger.logs.find({ phrase: line })).toEqual([]);
    expect(await stranger.logs.find({ clusterId })).toEqual([]);
    expect(await observation.logs.find({ phrase: line, clusterId: await project.idOf(bed.server) })).toEqual([]);
    expect(await director.anonymous().request({ method: "POST", path: "/elasticsearch/_search", body: {} })).toBeRefused(401);
  },
);

const POD = { apiVersion: "v1", kind: "Pod" } as const;

test(
  "lines of every part of OpenEBS are found",
  plan("TCID-DIR-LOGS-OPENEBS-COMPONENTS", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
  async ({ bed, observation, project, release }) => {
    const { namespace, components } = release.openebs;
    const clusterId = await project.idOf(bed.member);
    const pods = (await bed.member.kube.list(POD, { namespace })).map(({ metadata }) => metadata.name);
    for (const { name } of components) {
      // openebs-ndm-operator is no pod of openebs-ndm.
      const others = components.filter((one) => one.name.startsWith(`${name}-`));
      const pod = pods.find((one) => one.startsWith(`${name}-`) && !others.some((other) => one.startsWith(`${other.name}-`)));
      expect(pod, name).toBeDefined();
      const [line] = await observation.lines({ namespace, podPrefix: pod ?? "", clusterId });
      expect.soft(line, name).toMatchObject({ clusterId, namespace, pod });
    }
  },
);
