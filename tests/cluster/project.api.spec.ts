import { expect, plan, test } from "@kubera-e2e/fixtures";

test(
  "a new user has a project that works under its second name too",
  plan("TCID-DIR-PROJECT-DEFAULT", { day: 0, priority: 1 }),
  async ({ people }) => {
    const { director, own } = await people.signUp();
    expect((await director.groups()).map(({ name }) => name)).toEqual(["ProjectAccount"]);
    for (const path of ["projects", "project"]) {
      const answer = await director.request({ method: "GET", path: `/v3/groups/${own.id}/${path}` });
      expect(answer).toMatchObject({ status: 200, body: { data: [{ id: own.projectId }] } });
    }
    const { id } = await own.registerCluster({ name: "first-one", projectId: own.projectId, provider: "konvoy" });
    expect(
      (await own.clusters()).map((cluster) => cluster.id),
      "it takes a cluster",
    ).toEqual([id]);
  },
);
