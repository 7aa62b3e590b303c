import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { PeerBinaries } from "./binaries.ts";
import { MIRROR, REGISTRY, STATE_FOLDER } from "./plan.ts";
import { endAll, registryPids, startOnHost } from "./processes.ts";

const START_LIMIT_MS = 20_000;

const configOf = (name: string, address: string, upstream?: string): object => ({
  version: 0.1,
  log: { level: "warn" },
  storage: { filesystem: { rootdirectory: join(STATE_FOLDER, name) }, delete: { enabled: true } },
  http: { addr: address },
  ...(upstream !== undefined && { proxy: { remoteurl: upstream } }),
});

const start = (binary: string, name: string, config: object): void => {
  const folder = join(STATE_FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const file = join(STATE_FOLDER, `${name}.json`);
  writeFileSync(file, JSON.stringify(config));
  startOnHost({ name, argv: [binary, "serve", file] });
};

const awaitRegistry = (address: string): Promise<undefined> =>
  waitUntil({
    what: `the registry ${address} answers`,
    deadlineMs: START_LIMIT_MS,
    intervalMs: 100,
    probe: async () => {
      const answer = await fetch(`http://${address}/v2/`).catch(() => undefined);
      return answer?.ok === true ? reached(undefined) : notYet(answer === undefined ? "nothing listens" : `it answers ${answer.status}`);
    },
    fix: "Read registry.log and mirror.log among the logs of the peers.",
  });

/** The registry of the peers, and another one that keeps what it is asked for of the first; where one has ended, both start anew. */
export const startRegistries = async ({ registry }: PeerBinaries): Promise<void> => {
  if (registryPids().length !== 2) {
    await endAll("the registries", registryPids);
    start(registry, "registry", configOf("registry", REGISTRY));
    // A mirror asks its upstream as it starts, and ends when nobody answers.
    await awaitRegistry(REGISTRY);
    start(registry, "mirror", configOf("mirror", MIRROR, `http://${REGISTRY}`));
  }
  await Promise.all([REGISTRY, MIRROR].map(awaitRegistry));
};
