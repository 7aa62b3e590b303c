import { z } from "zod";

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "use lower-case letters, digits and dashes");
const port = z.int().min(1).max(65_535);
const size = z.string().regex(/^\d+(Mi|Gi|Ti)$/, "write 512Mi, 50Gi or 1Ti");
const workloadKind = z.enum(["Deployment", "StatefulSet", "DaemonSet"]);

const mountSchema = z.union([
  z.strictObject({ claim: name, path: z.string().startsWith("/") }),
  z.strictObject({ template: name, size, path: z.string().startsWith("/") }),
]);

const workloadSchema = z.strictObject({
  name,
  kind: workloadKind,
  /** What its pods carry and their assertions select by; one label. */
  labels: z.record(z.string(), name),
  /** Repository below `mayadata/`. */
  image: name,
  ports: z.array(port).min(1),
  /** Whether ports are opened on the node itself. */
  hostPorts: z.boolean().default(false),
  serviceAccount: name.optional(),
  /** Services that must have a ready endpoint before its containers start. */
  waitsFor: z.array(name).default([]),
  mounts: z.array(mountSchema).default([]),
  /** Whether ConfigMap maya-config is its environment. */
  config: z.boolean().default(false),
  /** Command of its readiness probe; without one a running container counts as ready. */
  readiness: z.array(z.string().min(1)).min(1).optional(),
  memory: size.default("64Mi"),
});

const serviceSchema = z.strictObject({ name, workload: name, headless: z.boolean().default(false) });

const openebsSchema = z.strictObject({
  /** Versions Director offers, newest first. */
  templates: z.array(z.string().min(1)).min(2),
  namespace: name,
  components: z.array(z.strictObject({ name, kind: workloadKind })).min(1),
});

/** What one release of Director consists of, on its own cluster and on those it connects. */
export const releaseProfileSchema = z
  .strictObject({
    release: z.string().regex(/^\d+\.\d+\.\d+$/, "write a release as 1.12.0"),
    openebs: openebsSchema,
    agents: z.strictObject({ namespace: name, components: z.array(name).min(1) }),
    routes: z.record(z.string(), z.string().startsWith("/")),
    initImage: name,
    storageClass: name,
    serviceAccounts: z.array(name),
    claims: z.array(z.strictObject({ name, size })),
    workloads: z.array(workloadSchema).min(1),
    services: z.array(serviceSchema).min(1),
  })
  .superRefine((profile, context) => {
    const fault = (path: PropertyKey[], message: string): void => context.addIssue({ code: "custom", path, message });
    const workloads = new Set(profile.workloads.map((workload) => workload.name));
    const services = new Set(profile.services.map((service) => service.name));
    for (const [index, service] of profile.services.entries())
      if (!workloads.has(service.workload)) fault(["services", index, "workload"], `no workload is called "${service.workload}"`);
    for (const [index, workload] of profile.workloads.entries())
      for (const awaited of workload.waitsFor)
        if (!services.has(awaited)) fault(["workloads", index, "waitsFor"], `no service is called "${awaited}"`);
    const stuck = stuckWorkloads(profile);
    if (stuck.length > 0) fault(["workloads"], `these wait for one another in a circle: ${stuck.join(", ")}`);
  });

export type ReleaseProfile = z.infer<typeof releaseProfileSchema>;
export type ReleaseWorkload = ReleaseProfile["workloads"][number];
export type ReleaseService = ReleaseProfile["services"][number];

type Graph = {
  readonly workloads: readonly { readonly name: string; readonly waitsFor: readonly string[] }[];
  readonly services: readonly { readonly name: string; readonly workload: string }[];
};

const waves = (profile: Graph): { readonly order: string[][]; readonly stuck: string[] } => {
  const behind = new Map(profile.services.map((service) => [service.name, service.workload]));
  const started = new Set<string>();
  const order: string[][] = [];
  let rest = [...profile.workloads];
  for (;;) {
    const wave = rest.filter((workload) => workload.waitsFor.every((service) => started.has(behind.get(service) ?? "")));
    if (wave.length === 0) return { order, stuck: rest.map((workload) => workload.name) };
    for (const workload of wave) started.add(workload.name);
    order.push(wave.map((workload) => workload.name));
    rest = rest.filter((workload) => !started.has(workload.name));
    if (rest.length === 0) return { order, stuck: [] };
  }
};

const stuckWorkloads = (profile: Graph): string[] => {
  const known = new Set(profile.services.map((service) => service.name));
  // A missing service is its own fault, not a circle.
  const workloads = profile.workloads.map((workload) => ({
    ...workload,
    waitsFor: workload.waitsFor.filter((service) => known.has(service)),
  }));
  return waves({ ...profile, workloads }).stuck;
};

/** Workloads in waves: each wave starts once those before it are ready. */
export const startOrder = (profile: ReleaseProfile): readonly (readonly string[])[] => waves(profile).order;
