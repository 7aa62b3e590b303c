import type { Command } from "commander";
import type { DiscoverFlags } from "../discover-bed.ts";

const EXAMPLES = `
Examples:
  pnpm e2e bed discover --url https://vcenter.lab.example/sdk --name lab --pattern 'lab-*' > lab.yaml
  pnpm e2e bed discover --url https://10.4.0.2/sdk --jump-host ops@bastion --ssh-option=-F --ssh-option=./lab.ssh
  pnpm e2e bed discover --write            GOVC_URL's inventory as $KUBERA_CONFIG/testbeds/lab.yaml
`;

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** `e2e bed discover`: a bed's file from the inventory of a vCenter or ESX host. */
export const addDiscover = (bed: Command): void => {
  bed
    .command("discover")
    .description("print a bed's file made from the inventory of a vCenter or ESX host; nothing is changed there")
    .option("--url <url>", "vCenter or ESX host; default GOVC_URL")
    .option("--name <name>", "name of the bed", "lab")
    .option("--pattern <glob>", "only VMs whose names fit: lab-*")
    .option("--pin <fingerprint>", "sha256:… of the host's certificate, in place of a CA")
    .option("--ca <file>", "PEM bundle of the CA that signed the host's certificate")
    .option("--jump-host <destination>", "reach it through this host by your own ssh: a Host of ssh_config, or user@host")
    .option("--ssh-option <argument>", "a further argument of ssh; again for each", collect, [])
    .option("--proxy <url>", "reach it through http://host:port or socks5://host:port")
    .option("--proxy-secret <name>", "name of the secret with the proxy's user and password")
    .option("--write", "write $KUBERA_CONFIG/testbeds/<name>.yaml; a file that is there is never touched")
    .option("--json", "pure JSON: the inventory and the text")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: DiscoverFlags) => (await import("../discover-bed.ts")).discoverBed(flags));
};
