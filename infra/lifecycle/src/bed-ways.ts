import { DIRECT, openAccess, type Access, type OpenAccessOptions, type Way } from "@kubera-e2e/http/access";
import type { BedAccess } from "@kubera-e2e/schema/bed-access";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

/** An endpoint of a bed: `machines`, `registry`, `director`, `lease` (the cluster that keeps it), or `clusters.<name>`. */
export type EndpointName = "machines" | "registry" | "director" | "lease" | `clusters.${string}`;

/** The ways to the endpoints of a bed; endpoints that declare the same share it, and one ssh with it. */
export interface BedWays {
  to(endpoint: EndpointName): Way;
  /** Ends what was started for them. */
  close(): Promise<void>;
}

const declaredWay = (bed: TestBed, endpoint: EndpointName): BedAccess | undefined => {
  if (endpoint === "machines") return (bed.machines.driver === "esx" ? bed.machines.access : undefined) ?? bed.access;
  if (endpoint === "lease") return (bed.lease.store === "kubernetes" ? bed.lease.access : undefined) ?? bed.access;
  if (endpoint === "registry" || endpoint === "director") return bed[endpoint].access ?? bed.access;
  return bed.clusters.find(({ name }) => `clusters.${name}` === endpoint)?.access ?? bed.access;
};

/** What the bed's file says of the way to each endpoint; those of which it says nothing are not there. */
export const declaredWays = (bed: TestBed): ReadonlyMap<EndpointName, BedAccess> => {
  const names = ["machines", "registry", "director", ...bed.clusters.map(({ name }) => `clusters.${name}` as const)] as const;
  return new Map(
    names.flatMap((name): [EndpointName, BedAccess][] => {
      const way = declaredWay(bed, name);
      return way === undefined ? [] : [[name, way]];
    }),
  );
};

/** The ways of a bed; nothing is started before the first connection. Errors: `SECRET_MISSING` when an endpoint is asked for. */
export const openWays = (bed: TestBed, options: OpenAccessOptions): BedWays => {
  const opened = new Map<string, Access | typeof DIRECT>();
  return {
    to: (endpoint) => {
      const declared = declaredWay(bed, endpoint);
      if (declared === undefined) return undefined;
      const key = JSON.stringify(declared);
      const way = opened.get(key) ?? openAccess(declared, options);
      opened.set(key, way);
      return way;
    },
    close: async () => {
      await Promise.allSettled([...opened.values()].flatMap((way) => (way === DIRECT ? [] : [way.close()])));
    },
  };
};
