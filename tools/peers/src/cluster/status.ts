import { nodeStates } from "./cluster-api.ts";
import { KUBECONFIG, MIRROR, NODES, REGISTRY, API_SERVER, LOG_FOLDER } from "./plan.ts";
import { isOn } from "./power.ts";
import { leftovers } from "./down.ts";
import { hasNetwork } from "./network.ts";
import { VCSIM_FILE, vcsimUrl } from "./vcsim-daemon.ts";

export interface PeersStatus {
  readonly up: boolean;
  readonly apiServer: string;
  readonly kubeconfig: string;
  readonly registry: string;
  readonly mirror: string;
  /** Where it listens, and the file with its credentials and its certificate. */
  readonly vcsim?: { readonly url: string; readonly file: string };
  readonly logs: string;
  readonly nodes: readonly { readonly name: string; readonly power: "on" | "off"; readonly ready: boolean; readonly bootId?: string }[];
  /** What is there of them while no node is on. */
  readonly leftovers: readonly string[];
}

/** What of the peers is there. */
export const status = async (): Promise<PeersStatus> => {
  const exists = NODES.some(hasNetwork);
  const states = exists ? await nodeStates().catch(() => []) : [];
  const nodes = await Promise.all(
    NODES.map(async (node) => {
      const state = states.find(({ name }) => name === node.name);
      const power = (await isOn(node)) ? ("on" as const) : ("off" as const);
      return { name: node.name, power, ready: power === "on" && state?.isReady === true, ...(state && { bootId: state.bootId }) };
    }),
  );
  const isUp = nodes.every(({ ready }) => ready);
  const url = vcsimUrl();
  const vcsim = url === undefined ? {} : { vcsim: { url, file: VCSIM_FILE } };
  const places = { apiServer: API_SERVER, kubeconfig: KUBECONFIG, registry: REGISTRY, mirror: MIRROR, logs: LOG_FOLDER };
  return { up: isUp, ...places, ...vcsim, nodes, leftovers: nodes.some(({ power }) => power === "on") ? [] : leftovers() };
};

const headline = (isUp: boolean, isThere: boolean): string => {
  if (isUp) return "the cluster of the peers is up";
  return isThere ? "the peers are not up, and something of them is there" : "the peers are down, and nothing of them is left";
};

/** For people. */
export const statusLines = ({ up, apiServer, kubeconfig, registry, mirror, vcsim, nodes, leftovers: left }: PeersStatus): string[] => [
  headline(up, nodes.some(({ power }) => power === "on") || left.length > 0),
  ...(nodes.every(({ power }) => power === "off") && left.length === 0
    ? []
    : [
        `  API server  ${apiServer}  KUBECONFIG=${kubeconfig}`,
        `  registry    ${registry}, its mirror ${mirror}`,
        ...(vcsim === undefined ? [] : [`  vcsim       ${vcsim.url}, its credentials in ${vcsim.file}`]),
        ...nodes.map(({ name, power, ready, bootId }) => `  ${name.padEnd(10)}  ${power}${ready ? `, Ready, boot ${bootId ?? ""}` : ""}`),
      ]),
  ...left.map((one) => `  left: ${one}`),
];
