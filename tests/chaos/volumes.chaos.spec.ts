import { expect, KINDS, notYet, plan, probes, reached, test, waitUntil, type Bed, type KubeObject } from "@kubera-e2e/fixtures";
import type { App, Apps } from "@kubera-e2e/fixtures/apps";
import type { Linked, WorkloadName } from "@kubera-e2e/fixtures/disruption";
import type { Pools } from "@kubera-e2e/fixtures/pools";

test.use({ state: "openebs" });

const REPLICAS = 3;
const NAMESPACE = "openebs";

type Workload = KubeObject & { readonly status?: { readonly readyReplicas?: number } };

type Pod = KubeObject & { readonly status?: { readonly conditions?: readonly { readonly type: string }[] } };

interface Makers {
  readonly apps: Apps;
  readonly pools: Pools;
}

interface Teller {
  readonly bed: Bed;
  readonly pools: Pools;
  readonly project: Linked["project"];
}

/** An application that keeps a diary on a volume with three replicas. */
const MAKE = {
  Jiva: ({ apps }: Makers) => apps.onJiva(REPLICAS),
  cStor: async ({ apps, pools }: Makers) => {
    const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    return apps.onClass(await pools.classOn(pool, REPLICAS));
  },
} as const;

/** Deployments with these labels. Throws when there is none: what hits nobody proves nothing. */
const labelled = async ({ member }: Bed, labelSelector: string): Promise<readonly [WorkloadName, ...WorkloadName[]]> => {
  const found = await member.kube.list(KINDS.deployment, { namespace: NAMESPACE, labelSelector });
  const [first, ...others] = found.map(({ metadata }) => ({ kind: "Deployment", namespace: NAMESPACE, name: metadata.name }) as const);
  if (first === undefined) throw new Error(`no Deployment of ${NAMESPACE} has ${labelSelector}`);
  return [first, ...others];
};

const partsOf = (bed: Bed, { volume }: App, label: string) => labelled(bed, `openebs.io/persistent-volume=${volume},${label}`);

/** Until the scheduler has found a node for the pod of a workload, or has found none. */
const placed = ({ member }: Bed, { name }: WorkloadName) =>
  member.until({
    what: `a node has been sought for the pod of ${name}`,
    kinds: [{ ...KINDS.pod, namespace: NAMESPACE }],
    probe: (view) => {
      const pods = view.list<Pod>(KINDS.pod, NAMESPACE).filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
      const isSought = pods.some(({ status }) => status?.conditions?.some(({ type }) => type === "PodScheduled") === true);
      return isSought ? reached(true as const) : notYet(`it has ${pods.length} pods`);
    },
  });

/** Kills replicas and keeps them from their nodes, until what it answers is called: then they are there again. */
const heldBack = async ({ intervals, member }: Bed, replicas: readonly WorkloadName[]): Promise<() => Promise<void>> => {
  const nodes = await member.nodesOf(replicas);
  for (const node of nodes) await member.cordon(node);
  for (const replica of replicas) await member.kill(replica);
  return async () => {
    for (const node of nodes) await member.uncordon(node);
    for (const replica of replicas) await member.until(probes.workloadReady(replica), intervals.openebsReady);
  };
};

/** Samples whether the pod of an application is ready. */
const watched = (bed: Bed, { name, namespace }: App) =>
  bed.sample(`the pod of ${name} is ready`, async () => {
    const found = await bed.member.kube.get<Workload>({ ...KINDS.deployment, namespace, name });
    return found?.status?.readyReplicas === 1 ? undefined : "it is not";
  });

/** Until Director calls the volume of an application Healthy. */
const healthy = ({ bed, pools, project }: Teller, { volume }: App) =>
  waitUntil({
    what: "Director calls the volume Healthy",
    deadlineMs: bed.intervals.clusterActive,
    intervalMs: bed.intervals.poll,
    probe: async () => {
      const known = (await project.volumes(pools.clusterId)).find(({ name }) => name === volume);
      return known?.state === "Healthy" ? reached(true) : notYet(`it is ${known?.state ?? "not told of"}`);
    },
  });

const KILLS = [
  {
    details: plan("TCID-JIVA-CONTROLLER-KILL", { day: 2, priority: 1, assumption: "A-VOLUME-WORKLOADS" }),
    engine: "Jiva",
    what: "its controller",
    hit: (bed: Bed, app: App) => partsOf(bed, app, "openebs.io/controller=jiva-controller"),
  },
  {
    details: plan("TCID-CSTOR-TARGET-KILL", { day: 2, priority: 1, assumption: "A-VOLUME-WORKLOADS" }),
    engine: "cStor",
    what: "its target",
    hit: (bed: Bed, app: App) => partsOf(bed, app, "openebs.io/target=cstor-target"),
  },
  {
    details: plan("TCID-CSTOR-POOL-CONTAINER-FAILURE", { day: 2, priority: 1, assumption: "A-VOLUME-WORKLOADS" }),
    engine: "cStor",
    what: "each of its pools in turn",
    hit: (bed: Bed) => labelled(bed, "app=cstor-pool"),
  },
] as const;

const NETWORKS = [
  {
    details: plan("TCID-JIVA-REPLICA-NETWORK-DELAY", { day: 2, priority: 2, assumption: "A-VOLUME-NETWORK" }),
    engine: "Jiva",
    what: "packets of a replica come late",
    part: "openebs.io/replica=jiva-replica",
    fault: { delayMs: 300 },
  },
  {
    details: plan("TCID-JIVA-CONTROLLER-NETWORK-DELAY", { day: 2, priority: 2, assumption: "A-VOLUME-NETWORK" }),
    engine: "Jiva",
    what: "packets of its controller come late",
    part: "openebs.io/controller=jiva-controller",
    fault: { delayMs: 300 },
  },
  {
    details: plan("TCID-CSTOR-TARGET-NETWORK-DELAY", { day: 2, priority: 2, assumption: "A-VOLUME-NETWORK" }),
    engine: "cStor",
    what: "packets of its target come late",
    part: "openebs.io/target=cstor-target",
    fault: { delayMs: 300 },
  },
  {
    details: plan("TCID-CSTOR-TARGET-NETWORK-LOSS", { day: 2, priority: 2, assumption: "A-VOLUME-NETWORK" }),
    engine: "cStor",
    what: "packets of its target are lost",
    part: "openebs.io/target=cstor-target",
    fault: { lossPercent: 30 },
  },
] as const;

test.describe("a volume with replicas", { tag: "@disruptive" }, () => {
  for (const { details, engine, what, hit } of KILLS) {
    test(`of ${engine} is used on after a kill of ${what}`, details, async ({ bed, project, pools, apps }) => {
      const app = await MAKE[engine]({ apps, pools });
      const lines = await apps.diary(app);
      const seen = watched(bed, app);
      for (const workload of await hit(bed, app)) await bed.member.killUntilReady([workload], bed.intervals.openebsReady);
      await healthy({ bed, pools, project }, app);
      expect(await seen.steady(bed.intervals.openebsReady)).toEqual([]);
      expect(await apps.restarted(app)).toEqual([...lines, expect.any(String)]);
    });
  }

  for (const { details, engine, what, part, fault } of NETWORKS) {
    test(`of ${engine} is used on while ${what}`, details, async ({ bed, project, pools, apps }) => {
      const app = await MAKE[engine]({ apps, pools });
      const lines = await apps.diary(app);
      const [hit] = await partsOf(bed, app, part);
      const mend = await bed.spoilNetwork(bed.member, hit, fault);
      const during = await apps.restarted(app);
      await mend();
      await healthy({ bed, pools, project }, app);
      expect(during).toEqual([...lines, expect.any(String)]);
      expect(await apps.restarted(app)).toEqual([...during, expect.any(String)]);
    });
  }

  for (const { engine, details } of [
    { engine: "Jiva", details: plan("TCID-JIVA-BUSYBOX-KILL", { day: 2, priority: 1 }) },
    { engine: "cStor", details: plan("TCID-CSTOR-BUSYBOX-APP-KILL", { day: 2, priority: 1 }) },
  ] as const) {
    test(`of ${engine} follows its application to wherever that starts after a kill`, details, async ({ bed, pools, apps }) => {
      const app = await MAKE[engine]({ apps, pools });
      const workload = { kind: "Deployment", namespace: app.namespace, name: app.name } as const;
      const lines = [...(await apps.diary(app))];
      for (const node of bed.member.workers) {
        await bed.member.cordon(node);
        const now = await apps.restarted(app);
        expect(now).toEqual([...lines, expect.any(String)]);
        lines.push(now.at(-1) ?? "");
        await bed.member.uncordon(node);
        expect(await bed.member.nodesOf([workload])).not.toContain(node);
      }
    });
  }

  test(
    "of Jiva keeps each replica on its node",
    plan("TCID-JIVA-REPLICA-NODE-AFFINITY", { day: 2, priority: 1, assumption: "A-VOLUME-WORKLOADS" }),
    async ({ bed, apps }) => {
      const app = await apps.onJiva(REPLICAS);
      const replicas = await partsOf(bed, app, "openebs.io/replica=jiva-replica");
      expect(replicas).toHaveLength(REPLICAS);
      for (const replica of replicas) {
        const [node = "", ...others] = await bed.member.nodesOf([replica]);
        await bed.member.cordon(node);
        await bed.member.kill(replica);
        await placed(bed, replica);
        expect(await bed.member.nodesOf([replica]), "it waits for its node").toEqual(others);
        await bed.member.uncordon(node);
        await bed.member.until(probes.workloadReady(replica), bed.intervals.openebsReady);
        expect(await bed.member.nodesOf([replica])).toEqual([node]);
      }
      expect(await bed.member.nodesOf(replicas)).toHaveLength(REPLICAS);
    },
  );

  test(
    "of Jiva has the same revisions on all replicas after each failed while it was written, and then two at once",
    plan("TCID-JIVA-MULTIPLE-REPLICAS-FAILURE", { day: 2, priority: 1, assumption: "A-VOLUME-WORKLOADS" }),
    async ({ bed, apps }) => {
      const app = await apps.onJiva(REPLICAS);
      const lines = [...(await apps.diary(app))];
      const replicas = await partsOf(bed, app, "openebs.io/replica=jiva-replica");
      const nodes = await bed.member.nodesOf(replicas);
      let agreed = 0;
      for (const replica of replicas) {
        const [node = ""] = await bed.member.nodesOf([replica]);
        const comeBack = await heldBack(bed, [replica]);
        lines.push((await apps.restarted(app)).at(-1) ?? "");
        const missed = await apps.revisionOn(node, app);
        await comeBack();
        agreed = await apps.agreedRevision(nodes, app);
        expect(agreed).toBeGreaterThan(missed);
      }
      const bothComeBack = await heldBack(bed, replicas.slice(1));
      await bothComeBack();
      lines.push((await apps.restarted(app)).at(-1) ?? "");
      expect(await apps.agreedRevision(nodes, app), "what was written since counts everywhere").toBeGreaterThan(agreed);
      expect(await apps.restarted(app)).toEqual([...lines, expect.any(String)]);
    },
  );
});
