import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { buildCluster } from "./cluster/binaries.ts";
import { down, leftovers } from "./cluster/down.ts";
import { status, statusLines } from "./cluster/status.ts";
import { up } from "./cluster/up.ts";
import { startVcsim, type Vcsim, type VcsimRequest } from "./vcsim.ts";

const HELP = `pnpm peers build | up | status [--json] | down | vcsim [--bed FILE | --vms NAME,NAME] [--esx]

Real counterparts of what the simulator plays, for tests and for hands.
  build    builds the programs of the cluster from pinned Go modules into a cache outside of the clone (a quarter of an hour, once)
  up       a real Kubernetes of four nodes, each with kubelet and containerd in a network of its own, a registry and its
           mirror, and a vcsim; needs root
  status   what of it is there
  down     ends and removes all of it, however far \`up\` came
  vcsim    serves a real vcsim on loopback until Ctrl-C, and prints the variables by which govc and e2e find it
           --bed FILE   VMs named as in a bed's file; default infra/testbeds/konvoy.yaml
           --vms NAMES  these VMs instead
           --esx        be a standalone ESX host instead of a vCenter

Example: pnpm peers up && KUBECONFIG=/var/lib/kubera-e2e-peers/pki/admin.kubeconfig kubectl get nodes
`;

const KONVOY = join(import.meta.dirname, "..", "..", "..", "infra", "testbeds", "konvoy.yaml");

/** A value for every name: only the names of the VMs are of interest. */
class AnyValue extends Map<string, string> {
  override get(): string {
    return "https://not.given.yet";
  }
}

const vmsOf = (file: string): string[] =>
  parseTestBed(readFileSync(file, "utf8"), file, new AnyValue()).clusters.flatMap((cluster) => cluster.vms.map((vm) => vm.name));

const announce = (peer: Vcsim, { mode, vms }: VcsimRequest, ca: string): void => {
  const variables = {
    GOVC_URL: peer.url,
    GOVC_USERNAME: peer.username,
    GOVC_PASSWORD: peer.password,
    GOVC_TLS_CA_CERTS: ca,
  };
  console.error(`vcsim (${mode === "esx" ? "ESX" : "vCenter"}) serves ${vms.length} VMs; Ctrl-C ends it. In another terminal:`);
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}='${value}'`);
};

const serve = async (request: VcsimRequest): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "kubera-e2e-vcsim-"));
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  // A promise alone keeps no process alive.
  const stay = setInterval(() => {}, 60_000);
  try {
    const peer = await startVcsim(request);
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, peer.ca);
    announce(peer, request, ca);
    await ended;
    await peer.stop();
  } finally {
    clearInterval(stay);
    rmSync(folder, { recursive: true, force: true });
  }
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bed: { type: "string", default: KONVOY },
    vms: { type: "string" },
    esx: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const told = (what: string, ms: number): void => console.error(`  ${what.padEnd(32)} ${(ms / 1000).toFixed(1)} s`);

const showStatus = async (): Promise<void> => {
  const now = await status();
  console.log(values.json ? JSON.stringify(now, undefined, 2) : statusLines(now).join("\n"));
};

const bringDown = async (): Promise<void> => {
  await down();
  const left = leftovers();
  if (left.length === 0) return showStatus();
  console.error(`still there:\n${left.map((one) => `  ${one}`).join("\n")}`);
  process.exitCode = 1;
};

const VERBS: Readonly<Record<string, () => Promise<unknown>>> = {
  build: () => buildCluster(told),
  up: () => up(told, vmsOf(KONVOY)).then(showStatus),
  status: showStatus,
  down: bringDown,
  vcsim: () => serve({ mode: values.esx ? "esx" : "vcenter", vms: values.vms?.split(",") ?? vmsOf(values.bed) }),
};

const verb = VERBS[positionals.join(" ")];
if (values.help || verb === undefined) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await verb();
  } catch (error) {
    if (!isKuberaError(error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
