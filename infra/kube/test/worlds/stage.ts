import { randomBytes } from "node:crypto";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, waitForKube, type KubeProbe, type Manifest } from "../../src/index.ts";
import { manifestsOf, type Manifests } from "./manifests.ts";
import type { World } from "./world.ts";

/** A namespace of its own in a world, for one test. */
export interface Stage {
  readonly world: World;
  readonly namespace: string;
  readonly make: Manifests;
  readonly put: (...manifests: readonly Manifest[]) => Promise<void>;
  /** Waits for what must come true. */
  readonly see: <T>(probe: KubeProbe<T>, deadlineMs?: number) => Promise<T>;
  /** Waits for what must not come true; answers code and text of the refusal. */
  readonly miss: (probe: KubeProbe<unknown>, deadlineMs?: number, stableMs?: number) => Promise<string>;
}

const SOON_MS = 60_000;

const textOf = (error: unknown): string =>
  isKuberaError(error) ? `[${error.code}] ${error.what}\n${error.because}\n${error.fix}` : `not of the house: ${String(error)}`;

/** Pods are refused until their namespace has a service account, which its controller makes a moment later. */
const accountOf = (namespace: string): KubeProbe<true> => ({
  what: `ServiceAccount ${namespace}/default is there`,
  kinds: [{ apiVersion: "v1", kind: "ServiceAccount", namespace }],
  probe: (view) =>
    view.get({ apiVersion: "v1", kind: "ServiceAccount", namespace, name: "default" }) === undefined ? notYet("it is not") : reached(true),
});

export const openStage = async (world: World): Promise<Stage> => {
  const { client } = world;
  const namespace = `t-${randomBytes(4).toString("hex")}`;
  await client.create({ ...KINDS.namespace, metadata: { name: namespace } });
  const see: Stage["see"] = (probe, deadlineMs = SOON_MS) => waitForKube({ client, deadlineMs, ...probe });
  await see(accountOf(namespace));
  return {
    world,
    namespace,
    make: manifestsOf(namespace, world.images.guest),
    put: async (...manifests) => {
      for (const manifest of manifests) await client.create(manifest);
    },
    see,
    miss: (probe, deadlineMs = SOON_MS, stableMs = 0) =>
      waitForKube({ client, deadlineMs, stableMs, ...probe }).then(() => "it came true", textOf),
  };
};

/** Asks for the deletion of what a test made, without waiting for it. */
export const closeStage = ({ world, namespace }: Stage): Promise<void> => world.client.delete({ ...KINDS.namespace, name: namespace });
