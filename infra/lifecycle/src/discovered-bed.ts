import type { ListedMachine } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedAccess } from "@kubera-e2e/schema/bed-access";
import type { Trust } from "@kubera-e2e/schema/test-bed";
import { guessClusters, type Guess, type GuessedCluster, type GuessedVm } from "./guess-clusters.ts";

export interface Discovery {
  readonly name: string;
  readonly endpoint: string;
  readonly trust: Trust | undefined;
  /** The way by which it was read; every endpoint of the bed is reached by it. */
  readonly access?: BedAccess | undefined;
  readonly product: string;
  readonly machines: readonly ListedMachine[];
  /** Of VM names, as a shell's: `lab-*`. */
  readonly pattern?: string | undefined;
}

const text = (value: string): string => JSON.stringify(value);

const about = ({ power, esxHost, guestHostname, guestAddress, snapshots }: ListedMachine): string =>
  [power, esxHost, guestHostname ?? "", guestAddress ?? "", snapshots === 0 ? "" : `${snapshots} snapshots`]
    .filter((part) => part !== "")
    .join(", ");

const vmLine = ({ name, node, plane, machine }: GuessedVm): string =>
  `      - { name: ${text(name)}, node: ${node}, plane: ${plane} } # ${about(machine)}`;

const clusterLines = ({ name, vms }: GuessedCluster, index: number): string[] => [
  `  - name: ${name}`,
  `    role: ${index === 0 ? "server # hosts Director; guessed: the first one" : "member"}`,
  `    kubeconfig: ~/.kube/${name}.yaml # FILL IN: where its kubeconfig is`,
  "    vms:",
  ...vms.map(vmLine),
];

const trustLine = (trust: Trust | undefined): string[] => {
  if (trust === undefined) return ['  # trust: the system\'s roots; or { ca: file.pem }, or { pin: "sha256:…" }'];
  return "pin" in trust ? [`  trust: { pin: ${text(trust.pin)} }`] : [`  trust: { ca: ${text(trust.ca)} }`];
};

/** Where Director will answer: a worker of the server cluster, by what its VMware Tools tell. */
const directorLine = ([server]: readonly GuessedCluster[]): string => {
  const worker = server?.vms.find(({ plane }) => plane === "worker") ?? server?.vms[0];
  const address = worker?.machine.guestAddress;
  const host = address === undefined ? (worker?.node ?? "director") : address.includes(":") ? `[${address}]` : address;
  return `  url: http://${host} # FILL IN: where Director answers; guessed from ${worker === undefined ? "nothing" : worker.name}`;
};

const nothingFits = ({ endpoint, machines, pattern }: Discovery, { leftOut }: Guess): KuberaError =>
  new KuberaError("MACHINE_MISSING", {
    what: `no cluster can be read from the names of ${machines.length} VMs`,
    where: endpoint,
    because:
      leftOut.length === 0
        ? `none fits ${pattern ?? "*"}: there are ${machines.map(({ name }) => name).join(", ") || "none"}`
        : leftOut.map(({ machine, because }) => `${machine.name} ${because}`).join("\n           "),
    fix: "Give another --pattern, or write the bed by hand: docs/test-beds.md. Names as lab-c1-master1 and lab-c1-worker2 are understood.",
  });

/** A whole bed's file out of an inventory, with what must be filled in by hand marked. Error: `MACHINE_MISSING` when no name tells of a cluster. */
export const discoveredBed = (discovery: Discovery): string => {
  const { name, endpoint, trust, access, product, machines, pattern } = discovery;
  const guess = guessClusters(machines, pattern);
  if (guess.clusters.length === 0) throw nothingFits(discovery, guess);
  return [
    `# Written by e2e bed discover from the inventory of ${product}.`,
    "# Look at each line that says FILL IN or guessed; then e2e check --bed and e2e bed snapshot --state bare.",
    "apiVersion: kubera-e2e/v1",
    "kind: TestBed",
    `name: ${name}`,
    "target: real",
    // JSON is YAML, and needs no quoting rules of its own.
    ...(access === undefined
      ? []
      : [`access: ${JSON.stringify(access)} # the way to all of it; an endpoint may have an access of its own`]),
    "",
    "machines:",
    "  driver: esx",
    `  endpoint: ${text(endpoint)}`,
    "  credentials: vsphere # KUBERA_SECRET_VSPHERE_USERNAME and _PASSWORD, or GOVC_USERNAME and GOVC_PASSWORD",
    ...trustLine(trust),
    "",
    "clusters: # guessed from the names of the VMs; node must be the name that kubectl get nodes shows",
    ...guess.clusters.flatMap(clusterLines),
    ...guess.leftOut.map(({ machine, because }) => `# left out: ${text(machine.name)} ${because} (${about(machine)})`),
    "",
    "registry:",
    "  url: https://registry.mayadata.io # FILL IN: where the images of Director come from",
    "  # pullSecret: registry",
    "",
    "director:",
    directorLine(guess.clusters),
    "  admin: director-admin # KUBERA_SECRET_DIRECTOR_ADMIN_USERNAME and _PASSWORD",
    "",
    "states:",
    "  bare: {}",
    "  director: { from: bare, make: true }",
    "  openebs: { from: director, make: true }",
    "  openebs-base: { from: director, make: true }",
    "",
  ].join("\n");
};
