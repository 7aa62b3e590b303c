import { z } from "zod";

/** What follows from a bed's own file, or from this computer; nobody declares it. */
export const SEEN_NEEDS = {
  "second-cluster": "a cluster of role member beside the one that hosts Director",
  "multi-node": "a cluster with three or more workers",
  "node-access": "a hypervisor that switches nodes off and on",
  exclusive: "a bed that is restored, so that an installation may be spoilt",
  "vm-lab": "VMs of a real lab, with snapshots",
  registry: "an image registry",
  "prior-version": "a release profile older than the build under test",
  browser: "a browser, with KUBERA_GUI=1",
} as const;

/** What a bed's file declares under `provides`. */
export const DECLARED_NEEDS = {
  devices: "free block devices on workers",
  zfs: "the ZFS kernel module and a pool of it on workers",
  minio: "an S3 compatible store",
  cloud: "an account of a public cloud",
  idp: "identities at GitHub, Google or Active Directory",
  "k8s-upgrade": "a newer Kubernetes to move nodes to",
  "net-chaos": "tc and the kernel's netem on workers, for faults in the network of single pods",
  "network-policies": "a pod network that heeds NetworkPolicies",
  "long-run": "hours to days for one case",
  "large-cluster": "room for 200 instances of an application",
  hugepages: "huge pages on workers",
  "old-k8s": "Kubernetes before 1.25, which has PodSecurityPolicy",
} as const;

type SeenNeed = keyof typeof SEEN_NEEDS;
export type DeclaredNeed = keyof typeof DECLARED_NEEDS;
export type PlanNeed = SeenNeed | DeclaredNeed;

const namesOf = <Name extends string>(table: Readonly<Record<Name, string>>): [Name, ...Name[]] => Object.keys(table) as [Name, ...Name[]];

export const declaredNeedSchema = z.enum(namesOf(DECLARED_NEEDS));
export const planNeedSchema = z.enum([...namesOf(SEEN_NEEDS), ...namesOf(DECLARED_NEEDS)]);
