import type { Transcript } from "@kubera-e2e/http";
import type { Way } from "@kubera-e2e/http/access";
import type { AnnotationStore } from "@kubera-e2e/machines";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { credentialsFor } from "./credentials.ts";
import { httpTrust } from "./http-trust.ts";

export type { AnnotationStore } from "@kubera-e2e/machines";

/**
 * The notes of VMs of a bed's vSphere. Nothing is sent before they are used; `close` logs out.
 *
 * Errors: `SECRET_MISSING`, `BED_INVALID` for a CA bundle that cannot be read.
 */
export const openBedAnnotations = async (
  { machines, ...bed }: TestBed,
  settings: Settings,
  options: { readonly redactor: Redactor; readonly access?: Way; readonly transcript?: Transcript; readonly timeoutMs?: number },
): Promise<AnnotationStore> => {
  if (machines.driver !== "esx") throw new Error(`the bed ${bed.name} keeps its lease in a VM and has no vSphere, and passed its schema`);
  const { openAnnotations } = await import("@kubera-e2e/machines");
  const trust = await httpTrust(machines.trust);
  const credentials = credentialsFor({ machines, ...bed }, machines.credentials, settings);
  return openAnnotations(machines, { credentials, ...options, ...(trust?.ca !== undefined && { caPem: trust.ca }) });
};
