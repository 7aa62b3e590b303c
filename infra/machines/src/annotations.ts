/** The notes of a VM, and the version of its configuration that they were read with. */
export interface Annotation {
  readonly text: string;
  readonly version: string;
}

export interface AnnotationOptions {
  readonly signal?: AbortSignal;
}

/**
 * Notes of VMs, replaced by compare-and-set: vSphere refuses a write that names an older version of the VM's configuration.
 *
 * Errors: `MACHINE_MISSING`, `MACHINE_AMBIGUOUS`, `VSPHERE_LOGIN_REFUSED`, `VSPHERE_FAULT` and those of the room http.
 */
export interface AnnotationStore {
  read(vm: string, options?: AnnotationOptions): Promise<Annotation>;
  /** Whether the text was written; false when the VM's configuration has changed since `version`, or is being changed. */
  write(vm: string, annotation: Annotation, options?: AnnotationOptions): Promise<boolean>;
  close(): Promise<void>;
}
