import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { startVcsim, type Vcsim, type VcsimRequest } from "./vcsim.ts";

const HELP = `node --import tsx tools/peers/src/main.ts vcsim [--bed FILE | --vms NAME,NAME] [--esx]

Serves a real vcsim on loopback until Ctrl-C, and prints the variables by which govc and e2e find it.
  --bed FILE   VMs named as in a bed's file; default infra/testbeds/konvoy.yaml
  --vms NAMES  these VMs instead
  --esx        be a standalone ESX host instead of a vCenter

Example: node --import tsx tools/peers/src/main.ts vcsim --esx
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
    help: { type: "boolean", default: false },
  },
});

if (values.help || positionals.join(" ") !== "vcsim") {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await serve({ mode: values.esx ? "esx" : "vcenter", vms: values.vms?.split(",") ?? vmsOf(values.bed) });
  } catch (error) {
    if (!isKuberaError(error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
