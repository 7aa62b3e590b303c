import { z } from "zod";
import { bedAccessSchema } from "./bed-access.ts";
import { durationSchema } from "./duration.ts";
import type { LeaseTiming } from "./lease.ts";

const timing = {
  ttl: durationSchema.default(90_000).describe("who does not renew for this long is taken for dead; whole seconds"),
  skew: durationSchema.default(2000).describe("how far the clocks of any two computers that use the bed are apart at most"),
  call: durationSchema.default(10_000).describe("how long a call that is cut off may still take effect on the other side"),
};

const file = z.strictObject({ store: z.literal("file").default("file"), ...timing });

const kubernetes = z.strictObject({
  store: z.literal("kubernetes"),
  kubeconfig: z.string().min(1).describe("of a cluster that no bed restores; relative to the bed's file, ~ is the home folder"),
  namespace: z.string().min(1).default("default"),
  access: bedAccessSchema.optional().describe("the way to that cluster; default the bed's"),
  ...timing,
});

const lockVm = z.strictObject({
  store: z.literal("lock-vm"),
  vm: z.string().min(1).describe("a VM of the same vSphere that no bed restores; its notes hold the lease"),
  ...timing,
});

type Timing = z.infer<typeof file>;

const checkTiming = ({ ttl, skew, call }: Pick<Timing, "ttl" | "skew" | "call">, context: z.RefinementCtx): void => {
  if (ttl % 1000 !== 0 || ttl === 0) context.addIssue({ code: "custom", path: ["ttl"], message: "must be whole seconds" });
  if (skew + call <= ttl / 2) return;
  const message = "skew and call together must be at most half of ttl: a holder stops that long before its lease ends";
  context.addIssue({ code: "custom", path: ["ttl"], message });
};

/** Block `lease` of a bed: where its lease is kept. Durations are milliseconds after parsing. */
export const bedLeaseSchema = z
  .discriminatedUnion("store", [file, kubernetes, lockVm], { error: "must be file, kubernetes or lock-vm" })
  .superRefine(checkTiming)
  .prefault({ store: "file" });

export type BedLease = z.infer<typeof bedLeaseSchema>;

export const timingOf = ({ ttl, skew, call }: BedLease): LeaseTiming => ({ ttlMs: ttl, skewMs: skew, callMs: call });

interface LeasedBed {
  readonly lease: BedLease;
  readonly machines: { readonly driver: string };
  readonly clusters: readonly { readonly kubeconfig: string; readonly vms: readonly { readonly name: string }[] }[];
}

/** What is wrong with where a bed keeps its lease: a restore would bring back a lease that lies within the bed. */
export const leaseFaults = ({ lease, machines, clusters }: LeasedBed): { readonly path: PropertyKey[]; readonly message: string }[] => {
  if (lease.store === "kubernetes" && clusters.some(({ kubeconfig }) => kubeconfig === lease.kubeconfig))
    return [{ path: ["lease", "kubeconfig"], message: "is a cluster of this bed, and a restore would bring its old leases back" }];
  if (lease.store !== "lock-vm") return [];
  if (machines.driver !== "esx")
    return [{ path: ["lease", "store"], message: "lock-vm needs machines of the driver esx, whose vSphere holds the VM" }];
  if (!clusters.some(({ vms }) => vms.some(({ name }) => name === lease.vm))) return [];
  return [{ path: ["lease", "vm"], message: "is a VM of this bed, and a restore would bring its old leases back" }];
};
