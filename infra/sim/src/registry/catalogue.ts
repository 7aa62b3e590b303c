/** One image of the catalogue: what a real one weighs, for which platforms it exists and under which tags. */
export interface CatalogueImage {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Compressed size that is declared, and that nodes account for; the blob itself is tiny. */
  readonly sizeBytes: number;
  /** One platform makes a plain manifest, several make an index. */
  readonly platforms: readonly string[];
}

export type Catalogue = readonly CatalogueImage[];

const MB = 1_000_000;
const DIRECTOR_RELEASES = ["1.11.0", "1.12.0"] as const;
const OPENEBS_RELEASES = ["1.11.0-ee", "1.12.0-ee", "2.0.0-ee", "2.1.0-ee"] as const;

const DIRECTOR_MB: Readonly<Record<string, number>> = {
  "maya-io-server": 392,
  "maya-ui": 68,
  "maya-grafana": 91,
  "cloud-agent": 44,
  "maya-chatops": 118,
  elastalert: 162,
  "cortex-alertmanager": 33,
  alertstore: 36,
  "alertstore-tablemanager": 36,
  "cortex-configs": 31,
  "configs-db": 84,
  consul: 23,
  "cortex-distributor": 34,
  "cortex-ingester": 34,
  "cortex-querier": 34,
  "cortex-ruler": 34,
  "cortex-table-manager": 32,
  memcached: 22,
  cassandra: 141,
  mysql: 157,
  "od-elasticsearch": 378,
  "maya-kibana": 345,
  "nginx-ingress": 121,
  "maya-init": 20,
};

const AGENT_MB: Readonly<Record<string, number>> = {
  "cortex-agent": 52,
  "dmaas-agent": 47,
  "maya-io-agent": 96,
  "openebs-manager": 61,
  "status-agent": 38,
  "upgrade-controller": 49,
  velero: 74,
};

const OPENEBS_MB: Readonly<Record<string, number>> = {
  "openebs-provisioner": 58,
  "openebs-cstor-admission-server": 34,
  "openebs-ndm-operator": 41,
  "openebs-ndm": 46,
  "openebs-snapshot-operator": 88,
  "openebs-admission-server": 33,
  "openebs-localpv-provisioner": 37,
  "maya-apiserver": 72,
  "cspc-operator": 43,
  "cvc-operator": 42,
  "cstor-pool": 104,
  "cstor-pool-manager": 112,
  "cstor-volume-manager": 39,
  jiva: 87,
  upgrade: 35,
};

/** What specs run by hand. */
const TOOLS_MB: Readonly<Record<string, number>> = { busybox: 2 };

interface Group {
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly platforms: readonly string[];
  readonly megabytes: Readonly<Record<string, number>>;
}

const GROUPS: readonly Group[] = [
  { namespace: "mayadata", tags: DIRECTOR_RELEASES, platforms: ["amd64"], megabytes: { ...DIRECTOR_MB, ...AGENT_MB } },
  { namespace: "openebs", tags: OPENEBS_RELEASES, platforms: ["amd64", "arm64"], megabytes: OPENEBS_MB },
  { namespace: "library", tags: ["1.36"], platforms: ["amd64", "arm64"], megabytes: TOOLS_MB },
  // MayaData's mirror of the releases that Director offers.
  { namespace: "mayadataio", tags: OPENEBS_RELEASES.slice(1, 3), platforms: ["amd64"], megabytes: OPENEBS_MB },
];

/** The images that the simulated registry serves from its start: Director 1.11.0 and 1.12.0, its agents, and OpenEBS Enterprise. */
export const CATALOGUE: Catalogue = GROUPS.flatMap((group) =>
  Object.entries(group.megabytes).map(([name, megabytes]) => ({
    repository: `${group.namespace}/${name}`,
    tags: group.tags,
    sizeBytes: megabytes * MB,
    platforms: group.platforms,
  })),
);
