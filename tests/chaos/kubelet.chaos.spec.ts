import { expect, KINDS, plan, test, type Bed, type KubeObject } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

type Pod = KubeObject & { readonly status?: { readonly containerStatuses?: readonly { readonly containerID?: string }[] } };

/** Ids of the containers of Director on a node. */
const containersOn = async ({ server, directorNamespace: namespace }: Bed, node: string): Promise<readonly string[]> => {
  const pods = await server.kube.list<Pod>(KINDS.pod, { namespace, fieldSelector: `spec.nodeName=${node}` });
  return pods
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .map(({ containerID = "none" }) => containerID)
    .toSorted();
};

test.describe("Director", { tag: "@disruptive" }, () => {
  test(
    "goes on while the kubelet of a node stops again and again",
    plan("TCID-KUBELET-RESTART", { day: 2, priority: 1 }),
    async ({ bed, keepsakes }) => {
      const mysql = { kind: "StatefulSet", namespace: bed.directorNamespace, name: "mysql" } as const;
      const [node = ""] = await bed.server.nodesOf([mysql]);
      const before = await containersOn(bed, node);
      const seen = await keepsakes.sample("MySQL");
      for (const _time of ["first", "second", "third"]) await bed.stopKubelet(bed.server, node);
      expect(await seen.steady(bed.intervals.directorReady)).toEqual([]);
      expect(before).not.toEqual([]);
      expect(await containersOn(bed, node), "no container was started anew").toEqual(before);
    },
  );
});
