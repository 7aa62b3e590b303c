import { startApiServer } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openKube, type KubeClient } from "../../src/index.ts";
import type { ApiWorld } from "./world.ts";

const open = (kubeconfigPath: string): KubeClient => openKube({ cluster: "world", kubeconfigPath, redactor: new Redactor(), pollMs: 1000 });

/** A real kube-apiserver with its etcd, and nothing below it. */
export const openServerWorld = async (): Promise<ApiWorld> => {
  const server = await startApiServer();
  const client = open(server.admin);
  return {
    client,
    as: (user) => open(server[user]),
    setApiServer: (to) => server.setServing(to),
    keepControlPlane: () => server.keep(),
    close: async () => {
      client.close();
      await server.stop();
    },
  };
};
