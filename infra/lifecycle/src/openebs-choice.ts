import type { GroupClient } from "@kubera-e2e/director";

/** What somebody who installs OpenEBS through Director chooses; everything has a default. */
export interface OpenebsChoice {
  /** A version that Director offers; default the newest. */
  readonly version?: string;
  /** Names of the nodes that take the control plane; default all. */
  readonly controlPlane?: readonly string[];
  /** Names of the nodes whose disks store data; default all. */
  readonly dataPlane?: readonly string[];
  /** Kubernetes quantities for every component; default none. */
  readonly limits?: { readonly cpu?: string; readonly memory?: string };
  /** Parts of device paths; default what OpenEBS itself leaves alone. */
  readonly filters?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
  readonly namespace?: string;
  /** Folder on the nodes; default `/var/openebs`. */
  readonly directory?: string;
  /** Where the images come from, with a slash at its end; default Director's own registry. */
  readonly registry?: string;
}

type NewOpenebs = Parameters<GroupClient["createOpenebs"]>[0];
type Fields = Omit<NewOpenebs, "clusterId" | "creatorId" | "projectId" | "templateId">;

const ADVANCED = ["limits", "filters", "namespace", "directory", "registry"] as const satisfies readonly (keyof OpenebsChoice)[];

const filterFields = ({ include = [], exclude = [] }: NonNullable<OpenebsChoice["filters"]>): Partial<Fields> => ({
  ...(include.length > 0 && { includeDeviceFilters: include.join(",") }),
  ...(exclude.length > 0 && { excludeDeviceFilters: exclude.join(",") }),
});

const limitFields = ({ cpu, memory }: NonNullable<OpenebsChoice["limits"]>): Partial<Fields> => ({
  ...(cpu !== undefined && { cpuResourceLimit: cpu }),
  ...(memory !== undefined && { memoryResourceLimit: memory }),
});

/** The choice in Director's fields; whatever the basic form does not ask for makes it an advanced installation. */
export const openebsFields = (choice: OpenebsChoice): Fields => {
  const { namespace = "openebs", directory = "/var/openebs", registry, limits = {}, filters = {} } = choice;
  return {
    namespace,
    defaultDirectory: directory,
    installationMode: ADVANCED.some((field) => choice[field] !== undefined) ? "advance" : "basic",
    ...(registry !== undefined && { dockerRegistry: registry }),
    ...limitFields(limits),
    ...filterFields(filters),
  };
};
