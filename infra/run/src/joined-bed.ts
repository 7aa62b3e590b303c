import { readFile } from "node:fs/promises";
import { stateName } from "@kubera-e2e/schema/bed-state";
import type { Trust } from "@kubera-e2e/schema/test-bed";
import type { BedContext } from "@kubera-e2e/lifecycle";
import type { Granted } from "./slot-barrier.ts";
import type { JoinedBed, JoinRequest } from "./wire.ts";

/** Trust as the room http takes it: PEM in place of a path. */
const withPem = async (trust: Trust | undefined): Promise<{ trust?: { ca: string } | { pin: string } }> => {
  if (trust === undefined) return {};
  if ("pin" in trust) return { trust };
  return { trust: { ca: trust.ca.includes("-----BEGIN ") ? trust.ca : await readFile(trust.ca, "utf8") } };
};

type LastingParts = Pick<JoinedBed, "bed" | "target" | "clusters" | "director" | "registry" | "intervals">;

const describeBed = async (context: BedContext): Promise<LastingParts> => {
  const { name, target, clusters, director, registry, intervals } = context.bed;
  return {
    bed: name,
    target,
    clusters: clusters.map(({ name, role, kubeconfig, vms }) => ({ name, role, kubeconfig, nodes: vms.map(({ node }) => node) })),
    director: {
      url: director.url,
      namespace: director.namespace,
      ...(await withPem(director.trust)),
      ...context.secret(director.admin),
    },
    registry: { url: registry.url, ...(await withPem(registry.trust)) },
    intervals,
  };
};

/** What stays the same while a bed is open is read once: every test asks for it. */
const described = new WeakMap<BedContext, Promise<LastingParts>>();

const lastingParts = (context: BedContext): Promise<LastingParts> => {
  const parts = described.get(context) ?? describeBed(context);
  described.set(context, parts);
  return parts;
};

/** What a worker is told of the bed it has joined. */
export const describeJoined = async (
  context: BedContext,
  { build }: JoinRequest,
  granted: Granted & { readonly restores: number },
): Promise<JoinedBed> => ({
  ...(await lastingParts(context)),
  state: stateName(granted.state, build),
  build,
  restores: granted.restores,
  restoredMs: Math.round(granted.restoredMs),
  waitedMs: Math.round(granted.waitedMs),
});
