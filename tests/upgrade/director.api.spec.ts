import { expect, KINDS, plan, test, type KubeObject } from "@kubera-e2e/fixtures";
import { newPassword, uniqueEmail } from "@kubera-e2e/fixtures/people";

type Pod = KubeObject & { readonly spec?: { readonly containers: readonly { readonly image: string }[] } };

test.use({ state: "bare", disturbs: true });

test(
  "Director is upgraded and keeps its data",
  plan("TCID-DIR-UPGRADE-ON-LOCAL-HP", { day: 2, priority: 0 }),
  async ({ bed, release, previousRelease }) => {
    const early = { email: uniqueEmail("early"), password: newPassword() };
    await bed.installDirector(previousRelease);
    const before = await bed.directorAsAdministrator();
    await before.anonymous().signUp({ firstName: "Early", ...early });
    await bed.installDirector(release.release);
    const after = await bed.directorAsAdministrator();
    await after.anonymous().login({ username: early.email, password: early.password });
    const pods = await bed.server.kube.list<Pod>(KINDS.pod, { namespace: bed.directorNamespace });
    for (const pod of pods) {
      for (const { image } of pod.spec?.containers ?? []) expect.soft(image, pod.metadata.name).toContain(`:${release.release}`);
    }
  },
);
