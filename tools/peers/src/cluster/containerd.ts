import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MIRROR, REGISTRY, SPARE_REGISTRIES, type PeerNode } from "./plan.ts";
import type { Program } from "./processes.ts";

/** Where Debian keeps the plugins that give pods their network. */
const CNI_PROGRAMS = "/usr/lib/cni";
/** Others want devices or modules of the kernel. */
const UNUSED = ["aufs", "btrfs", "devmapper", "zfs", "overlayfs"].map((name) => `"io.containerd.snapshotter.v1.${name}"`);

export const containerdSocket = ({ run }: PeerNode): string => join(run, "containerd.sock");

const tomlOf = (node: PeerNode): string => `version = 2
root = "${join(node.disk, "containerd")}"
state = "${join(node.run, "containerd")}"
disabled_plugins = [${UNUSED.join(", ")}]

[grpc]
  address = "${containerdSocket(node)}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${join(node.run, "opt")}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${REGISTRY}/guest:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "${join(node.run, "runc")}"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PROGRAMS}"
    conf_dir = "${join(node.run, "cni")}"

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${join(node.run, "registries")}"
`;

const cniOf = (node: PeerNode): object => ({
  cniVersion: "0.4.0",
  name: "peers",
  plugins: [
    {
      type: "ptp",
      ipam: {
        type: "host-local",
        dataDir: join(node.disk, "cni"),
        ranges: [[{ subnet: node.podCidr }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
  ],
});

const hostsOf = (server: string, ...endpoints: readonly string[]): string =>
  [`server = "http://${server}"`, ...endpoints.map((endpoint) => `[host."http://${endpoint}"]\n  capabilities = ["pull", "resolve"]`)].join(
    "\n",
  );

const write = (folder: string, name: string, text: string): string => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

/** The containerd of a node, with its own disk, and a state that a power cut takes away. */
export const containerd = (node: PeerNode): Program => {
  const config = write(node.run, "containerd.toml", tomlOf(node));
  write(join(node.run, "cni"), "10-peers.conflist", JSON.stringify(cniOf(node)));
  for (const server of [REGISTRY, MIRROR, ...SPARE_REGISTRIES])
    write(join(node.run, "registries", server), "hosts.toml", hostsOf(server, server));
  return { name: "containerd", argv: ["containerd", "--config", config] };
};
