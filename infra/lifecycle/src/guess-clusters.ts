import type { ListedMachine } from "@kubera-e2e/machines";

export interface GuessedVm {
  readonly name: string;
  readonly node: string;
  readonly plane: "control" | "worker";
  readonly machine: ListedMachine;
}

export interface GuessedCluster {
  readonly name: string;
  readonly vms: readonly GuessedVm[];
}

export interface Guess {
  readonly clusters: readonly GuessedCluster[];
  /** Machines that are part of no cluster, each with the reason. */
  readonly leftOut: readonly { readonly machine: ListedMachine; readonly because: string }[];
}

const CONTROL = ["master", "control-plane", "controlplane", "control", "cp", "server"];
const WORKER = ["worker", "node", "agent", "slave"];
const NAME = new RegExp(`^(.*?)[-_.]?(${[...CONTROL, ...WORKER].join("|")})[-_.]?(\\d*)$`, "i");

/** Lower-case letters, digits and dashes, as beds and Kubernetes name things. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");

/** A pattern of a shell: `*` and `?`. */
const globOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

const nodeOf = ({ name, guestHostname }: ListedMachine): string => slug((guestHostname ?? name).split(".")[0] ?? name);

interface Placed {
  readonly cluster: string;
  readonly vm: GuessedVm;
}

const place = (machine: ListedMachine): Placed | undefined => {
  const [, prefix = "", role = ""] = NAME.exec(machine.name) ?? [];
  if (role === "") return undefined;
  const plane = CONTROL.includes(role.toLowerCase()) ? "control" : "worker";
  return { cluster: slug(prefix) || "cluster", vm: { name: machine.name, node: nodeOf(machine), plane, machine } };
};

const because = (machine: ListedMachine, all: readonly ListedMachine[], fits: (name: string) => boolean): string | undefined => {
  if (!fits(machine.name)) return "does not fit --pattern";
  if (machine.isTemplate) return "is a template";
  if (all.filter(({ name }) => name === machine.name).length > 1) return "bears a name that another VM bears too";
  return place(machine) === undefined ? "no cluster can be read from its name" : undefined;
};

/** Which VMs belong together, from names as `lab-c1-master1` and `lab-c1-worker2`. */
export const guessClusters = (machines: readonly ListedMachine[], pattern = "*"): Guess => {
  const glob = globOf(pattern);
  const fits = (name: string): boolean => glob.test(name);
  const judged = machines.map((machine) => ({ machine, because: because(machine, machines, fits) }));
  const placed = judged.flatMap((one) => (one.because === undefined ? (place(one.machine) ?? []) : []));
  const names = [...new Set(placed.map(({ cluster }) => cluster))];
  const vmsOf = (cluster: string): GuessedVm[] =>
    placed
      .filter((one) => one.cluster === cluster)
      .map(({ vm }) => vm)
      .toSorted((a, b) => a.plane.localeCompare(b.plane));
  return {
    clusters: names.map((name) => ({ name, vms: vmsOf(name) })),
    leftOut: judged.flatMap((one) =>
      one.because === undefined || !fits(one.machine.name) ? [] : [{ machine: one.machine, because: one.because }],
    ),
  };
};
