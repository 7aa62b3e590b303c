import { z } from "zod";

const endpoint = z.object({ url: z.url() });

/** What `e2e sim up --json` prints, and what `sim.json` in its folder holds. All URLs are loopback. */
export const simUpSchema = z.object({
  schema: z.literal("kubera-e2e/sim-up@1"),
  target: z.literal("sim"),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  /** Private folder with kubeconfigs, CA and the values file. */
  folder: z.string(),
  /** The file that KUBERA_VALUES names: `${…}` of infra/testbeds/sim.yaml, and its secrets. */
  values: z.string(),
  /** PEM of the CA that signs every endpoint. */
  ca: z.string(),
  speed: z.number().positive(),
  vsphere: endpoint,
  registry: endpoint,
  director: endpoint,
  /** Faults, time and state of the simulated data centre itself. */
  control: endpoint,
  clusters: z.array(endpoint.extend({ name: z.string(), kubeconfig: z.string() })),
});

export type SimUp = z.infer<typeof simUpSchema>;
