import { HOSTNAME } from "./cstor-kinds.ts";
import { apiVersionOf } from "./defined-kinds.ts";
import { listAt, numberAt, textAt } from "./json.ts";
import type { Manifest } from "./kube-apply.ts";
import { CSPC } from "./pool-flavour.ts";
import { isValidGroup, type RaidGroup } from "./raid.ts";

interface WishedInstance {
  readonly node: string;
  readonly devices: readonly string[];
}

/** What a device recommendation asks for when it is handed back. */
export interface PoolWish {
  readonly name: string;
  readonly namespace: string;
  readonly raid: RaidGroup;
  readonly instances: readonly WishedInstance[];
}

const instanceOf = (given: unknown): WishedInstance => ({
  node: textAt(given, "node", "name") ?? "",
  devices: listAt(given, "blockDevices", "dataDevices").flatMap((device) => textAt(device, "name") ?? []),
});

/** Whether the devices make whole RAID groups on a node. */
const isWhole = ({ node, devices }: WishedInstance, { count }: RaidGroup): boolean =>
  node !== "" && devices.length > 0 && devices.length % count === 0 && new Set(devices).size === devices.length;

/** The wish in an input; undefined when it is no recommendation of devices for a pool. */
export const poolWishOf = (input: unknown): PoolWish | undefined => {
  const [name, namespace] = [textAt(input, "metadata", "name"), textAt(input, "metadata", "namespace")];
  const config = ["requestSpec", "dataConfig"] as const;
  const raid = { type: textAt(input, ...config, "raidType") ?? "", count: numberAt(input, ...config, "groupDeviceCount") ?? 0 };
  const instances = listAt(input, "spec", "poolInstances").map(instanceOf);
  if (name === undefined || name === "" || namespace === undefined || !isValidGroup(raid)) return undefined;
  if (instances.length === 0 || !instances.every((instance) => isWhole(instance, raid))) return undefined;
  return { name, namespace, raid, instances };
};

const chunks = (devices: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: devices.length / size }, (_, index) => devices.slice(index * size, (index + 1) * size));

/** The CStorPoolCluster that fulfils a wish. */
export const poolManifest = ({ name, namespace, raid, instances }: PoolWish): Manifest => ({
  apiVersion: apiVersionOf(CSPC.cluster),
  kind: CSPC.cluster.kind,
  metadata: { name, namespace },
  spec: {
    pools: instances.map(({ node, devices }) => ({
      nodeSelector: { [HOSTNAME]: node },
      dataRaidGroups: chunks(devices, raid.count).map((group) => ({
        blockDevices: group.map((blockDeviceName) => ({ blockDeviceName })),
      })),
      poolConfig: { dataRaidGroupType: raid.type },
    })),
  },
});
