import type { TestBed } from "@kubera-e2e/schema/test-bed";

const SHORTEST = 6;
const LONGEST = 24;

/** The name under which Director knows a bed's cluster: the product takes 6 to 24 characters, so a long bed's name is cut and the cluster's is kept. */
export const directorName = (bed: string, cluster: string): string => {
  const room = LONGEST - 1 - cluster.length;
  const name = room > 0 ? `${bed.slice(0, room)}-${cluster}` : cluster.slice(-LONGEST);
  return name.padEnd(SHORTEST, "0");
};

/** Director connects the cluster that hosts it by itself, always under this name. */
const HOSTING_CLUSTER = "OpenEBSDirector";

/** The name under which Director knows a cluster of this bed, its own host included. */
export const nameInDirector = ({ name, clusters }: Pick<TestBed, "name" | "clusters">, cluster: string): string =>
  clusters.some((known) => known.name === cluster && known.role === "server") ? HOSTING_CLUSTER : directorName(name, cluster);
