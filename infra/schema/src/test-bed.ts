import { z } from "zod";
import { execMachinesSchema } from "./bed-machines-exec.ts";
import { setupSchema } from "./bed-setup.ts";
import { bedAccessSchema } from "./bed-access.ts";
import { bedLeaseSchema, leaseFaults } from "./bed-lease.ts";
import { renewSchema } from "./bed-renew.ts";
import { setsSchema } from "./bed-sets.ts";
import { bedStateSchema } from "./bed-state.ts";
import { durationSchema } from "./duration.ts";
import { declaredNeedSchema } from "./plan-needs.ts";
import { targetSchema } from "./target.ts";

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "use lower-case letters, digits and dashes");

/** What a bed may be called. */
export const bedNameSchema = name;
const url = z.url({ protocol: /^https?$/, message: "must be an http or https URL" });
const secretName = name.describe("name of a secret; its values are given by KUBERA_SECRET_<NAME>_USERNAME and _PASSWORD");

/** How the certificate of one endpoint is verified: the system's roots, a CA bundle, or one pinned certificate. */
export const trustSchema = z.union([
  z.strictObject({ ca: z.string().min(1).describe("path of a PEM bundle, relative to the bed's file") }),
  z.strictObject({
    pin: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, "write sha256: and 64 hex digits, as `openssl x509 -fingerprint -sha256` shows them without colons"),
  }),
]);

const machinesSchema = z.discriminatedUnion("driver", [
  z.strictObject({
    driver: z.literal("esx"),
    endpoint: url.describe("vCenter or standalone host, as in GOVC_URL"),
    credentials: secretName,
    trust: trustSchema.optional(),
    access: bedAccessSchema.optional(),
  }),
  execMachinesSchema,
  z.strictObject({ driver: z.literal("none"), reason: z.string().min(1).describe("why nobody may reset these clusters") }),
]);

const vmSchema = z.strictObject({
  name: z.string().min(1).describe("name in the hypervisor's inventory, unique there"),
  node: name.describe("name of the Kubernetes node it runs"),
  plane: z.enum(["control", "worker"]),
});

const clusterSchema = z.strictObject({
  name,
  role: z.enum(["server", "member"]).describe("server hosts Director; members are connected to it"),
  kubeconfig: z.string().min(1).describe("path of a kubeconfig, relative to the bed's file; ~ is the home folder"),
  trust: trustSchema.optional().describe("takes the place of the kubeconfig's own CA"),
  access: bedAccessSchema.optional(),
  vms: z.array(vmSchema).min(1),
});

const stateSchema = z.strictObject({
  from: bedStateSchema.optional().describe("the state it is made from; absent for bare"),
  make: z.boolean().default(false).describe("whether a missing set may be made by restoring `from` and installing"),
});

const intervalsSchema = z.strictObject({
  power: durationSchema.default(120_000).describe("one power or snapshot task"),
  locked: durationSchema
    .default(60_000)
    .describe("how long a VM may be locked by another task, or a file by another host, before that is a failure"),
  nodesReady: durationSchema.default(600_000),
  directorReady: durationSchema.default(900_000),
  clusterActive: durationSchema.default(300_000),
  openebsReady: durationSchema.default(600_000),
  poll: durationSchema.default(2000).describe("longest pause between two looks"),
});

const limitsSchema = z.strictObject({
  powerOnPerHost: z.int().min(1).default(2).describe("VMs of one ESX host that may boot at the same time"),
  powerOnStagger: durationSchema.default(5000).describe("pause between two power-ons on one ESX host"),
  maxSetAge: durationSchema.default(30 * 86_400_000),
  maxSnapshotDepth: z.int().min(1).default(3),
  clockSkew: durationSchema.default(1000),
  certificateMargin: durationSchema
    .default(6 * 3_600_000)
    .describe("how long the certificates of a restored set must hold at least: one run"),
});

/** A test bed as its YAML file declares it; durations are milliseconds after parsing. */
export const testBedSchema = z
  .strictObject({
    apiVersion: z.literal("kubera-e2e/v1"),
    kind: z.literal("TestBed"),
    name,
    target: targetSchema,
    description: z.string().optional(),
    access: bedAccessSchema.optional().describe("the way to every endpoint that names none of its own"),
    machines: machinesSchema,
    clusters: z.array(clusterSchema).min(1),
    registry: z.strictObject({ url, trust: trustSchema.optional(), access: bedAccessSchema.optional(), pullSecret: secretName.optional() }),
    director: z.strictObject({
      url,
      trust: trustSchema.optional(),
      access: bedAccessSchema.optional(),
      admin: secretName.describe("the built-in Administrator"),
      namespace: name.default("kubera"),
    }),
    objectStore: z
      .strictObject({
        url,
        bucket: z.string().min(3),
        region: z.string().min(1).default("us-east-1"),
        credentials: secretName.describe("access id and secret key"),
      })
      .optional()
      .describe("an S3 compatible store that the clusters reach under the same URL; backups go there"),
    states: z.partialRecord(bedStateSchema, stateSchema).default({ bare: { make: false } }),
    sets: setsSchema.prefault({}),
    renew: renewSchema.optional(),
    setup: setupSchema.optional(),
    intervals: intervalsSchema.prefault({}),
    limits: limitsSchema.prefault({}),
    provides: z
      .array(declaredNeedSchema)
      .optional()
      .describe("what its cases may need and nobody can see from this file; `e2e plan coverage` counts by it what is runnable here"),
    lease: bedLeaseSchema,
  })
  .superRefine((bed, context) => {
    const servers = bed.clusters.filter((cluster) => cluster.role === "server");
    if (servers.length !== 1)
      context.addIssue({
        code: "custom",
        path: ["clusters"],
        message: `a bed has exactly one cluster of role server, this one has ${servers.length}`,
      });
    for (const fault of leaseFaults(bed)) context.addIssue({ code: "custom", ...fault });
    for (const [path, label] of duplicates(bed.clusters)) context.addIssue({ code: "custom", path, message: `${label} is there twice` });
  });

export type TestBed = z.infer<typeof testBedSchema>;
export type BedCluster = TestBed["clusters"][number];
export type BedVm = BedCluster["vms"][number];
export type Trust = z.infer<typeof trustSchema>;

const duplicates = (clusters: readonly { name: string; vms: readonly { name: string; node: string }[] }[]): [PropertyKey[], string][] => {
  const found: [PropertyKey[], string][] = [];
  const seen = new Set<string>();
  const visit = (path: PropertyKey[], label: string): void => {
    if (seen.has(label)) found.push([path, label]);
    seen.add(label);
  };
  for (const [index, cluster] of clusters.entries()) {
    visit(["clusters", index, "name"], `cluster "${cluster.name}"`);
    for (const [vmIndex, vm] of cluster.vms.entries()) visit(["clusters", index, "vms", vmIndex, "name"], `VM "${vm.name}"`);
  }
  return found;
};
