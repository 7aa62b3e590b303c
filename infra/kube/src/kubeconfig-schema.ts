import { z } from "zod";

const base64 = z.string().regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, "is not base64");

const clusterSchema = z.looseObject({
  server: z.url({ protocol: /^https?$/, message: "must be an http or https URL" }),
  "certificate-authority": z.string().min(1).optional(),
  "certificate-authority-data": base64.optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
  "proxy-url": z.string().optional(),
});

const userSchema = z.looseObject({
  "client-certificate": z.string().min(1).optional(),
  "client-certificate-data": base64.optional(),
  "client-key": z.string().min(1).optional(),
  "client-key-data": base64.optional(),
  token: z.string().optional(),
  tokenFile: z.string().min(1).optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  exec: z.looseObject({ command: z.string().min(1) }).nullish(),
  "auth-provider": z.looseObject({ name: z.string().min(1) }).nullish(),
  as: z.string().optional(),
});

const contextSchema = z.looseObject({ cluster: z.string(), user: z.string(), namespace: z.string().optional() });

/** The parts of a kubeconfig that are read here; everything else is left alone. */
export const kubeconfigSchema = z.looseObject({
  "current-context": z.string().min(1, "names no context"),
  clusters: z.array(z.looseObject({ name: z.string(), cluster: clusterSchema })).min(1),
  contexts: z.array(z.looseObject({ name: z.string(), context: contextSchema })).min(1),
  users: z.array(z.looseObject({ name: z.string(), user: userSchema.nullish() })).default([]),
});

export type RawKubeconfig = z.infer<typeof kubeconfigSchema>;
export type RawCluster = z.infer<typeof clusterSchema>;
export type RawUser = z.infer<typeof userSchema>;
