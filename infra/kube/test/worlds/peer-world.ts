import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import * as cluster from "@kubera-e2e/peers/cluster";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openKube, type KubeClient } from "../../src/index.ts";
import type { World } from "./world.ts";

const listenAt = async (place: string, listener: RequestListener): Promise<Server> => {
  const [host, port] = place.split(":");
  const server = createServer(listener).listen(Number(port), host);
  await once(server, "listening");
  return server;
};

const [LOCKED, STALLED] = cluster.SPARE_REGISTRIES;

const startRegistries = (): Promise<readonly Server[]> =>
  Promise.all([
    listenAt(LOCKED, (_request, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="a registry"' }).end();
    }),
    listenAt(STALLED, () => {
      // Takes every request and never answers.
    }),
  ]);

const open = (kubeconfigPath: string): KubeClient => openKube({ cluster: "world", kubeconfigPath, redactor: new Redactor(), pollMs: 1000 });

/** The cluster of `pnpm peers up`: real nodes of this computer. */
export const openPeerWorld = async (): Promise<World> => {
  const registries = await startRegistries();
  const client = open(cluster.KUBECONFIG);
  const [control, ...workers] = cluster.NODES.map(({ name }) => name) as [string, string, string, ...string[]];
  return {
    client,
    control,
    workers,
    images: {
      guest: cluster.GUEST_IMAGE,
      absent: `${cluster.REGISTRY}/absent:1`,
      locked: `${LOCKED}/guest:1`,
      stalled: `${STALLED}/guest:1`,
    },
    as: (user) => open(user === "stranger" ? cluster.STRANGER_KUBECONFIG : cluster.EXPIRED_KUBECONFIG),
    setPower: cluster.setPower,
    setCable: cluster.setCable,
    setDisk: cluster.setDisk,
    setApiServer: cluster.setApiServer,
    keepControlPlane: cluster.keepControlPlane,
    close: async () => {
      client.close();
      for (const registry of registries) {
        registry.closeAllConnections();
        registry.close();
      }
    },
  };
};
