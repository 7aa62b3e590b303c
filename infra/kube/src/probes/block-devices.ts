import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, type BlockDevice } from "../kinds.ts";
import type { KubeProbe, KubeView } from "../view.ts";
import { deadHost, NODES } from "./node-trouble.ts";

export interface BlockDevicesWanted {
  readonly namespace: string;
  /** How many: on each of `nodes`, or in all when those are not given. */
  readonly atLeast: number;
  readonly nodes?: readonly string[];
  /** `Unclaimed` ones are free for a pool. */
  readonly claim: "Unclaimed" | "Claimed";
}

const NAMED_LIMIT = 5;

const nodeOf = ({ metadata, spec }: BlockDevice): string =>
  spec?.nodeAttributes?.nodeName ?? metadata.labels?.["kubernetes.io/hostname"] ?? "no node";

const isWanted = ({ status }: BlockDevice, claim: BlockDevicesWanted["claim"]): boolean =>
  status?.state === "Active" && status.claimState === claim;

const stateOf = (view: KubeView, device: BlockDevice): string => {
  const { metadata, status } = device;
  const dead = deadHost(view, nodeOf(device));
  const told = `${metadata.name} is ${status?.state ?? "of no state"} and ${status?.claimState ?? "of no claim"}`;
  return dead === undefined ? told : `${told}, but ${dead}`;
};

/** As many block devices as wanted are Active and claimed or unclaimed as wanted; else those that are not are named. */
export const blockDevices = (wanted: BlockDevicesWanted): KubeProbe<readonly BlockDevice[]> => ({
  what: `${wanted.atLeast} block devices are Active and ${wanted.claim}${wanted.nodes === undefined ? "" : ` on ${wanted.nodes.join(", ")}`}`,
  kinds: [{ ...KINDS.blockDevice, namespace: wanted.namespace }, NODES],
  probe: (view) => {
    const all = view.list<BlockDevice>(KINDS.blockDevice, wanted.namespace);
    const places = wanted.nodes ?? [undefined];
    const looks = places.map((node) => {
      const here = all.filter((device) => node === undefined || nodeOf(device) === node);
      const good = here.filter((device) => isWanted(device, wanted.claim) && deadHost(view, nodeOf(device)) === undefined);
      return { node, good, odd: here.filter((device) => !good.includes(device)) };
    });
    const lacking = looks.filter(({ good }) => good.length < wanted.atLeast);
    if (lacking.length === 0) return reached(looks.flatMap(({ good }) => good));
    const told = lacking.map(({ node, good, odd }) => {
      const others = odd.length === 0 ? ["no other is there"] : odd.slice(0, NAMED_LIMIT).map((device) => stateOf(view, device));
      return `${node === undefined ? "there are" : `${node} has`} ${good.length} of ${wanted.atLeast}: ${others.join(", ")}`;
    });
    return notYet(told.join("; "));
  },
});
