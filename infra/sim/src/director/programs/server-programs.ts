import { setMaxListeners } from "node:events";
import { Database } from "../database.ts";
import { DirectorServer } from "../server.ts";
import type { Wiring } from "../wiring.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import { mountedFiles } from "./mounted-files.ts";
import { repeat, service } from "./process.ts";
import { mysqladmin } from "./store-commands.ts";

/** From the start of the container until something listens, and from then until it serves. */
const BOOT_MS = 5000;
const START_MS = 12_000;
const LOOK_MS = 10_000;

const start = async (context: ProgramContext, server: DirectorServer): Promise<void> => {
  await context.time.delay(BOOT_MS, context.signal);
  server.phase = "starting";
  await context.time.delay(START_MS, context.signal);
  if (context.signal.aborted) return;
  let isRecovered = false;
  await repeat(context, LOOK_MS, () => {
    if (!isRecovered) server.recover();
    isRecovered = true;
    server.phase = "serving";
    server.connectHost();
    server.look();
  });
};

/** The API server. It has no readiness probe: its pod is Ready long before it serves. */
export const mayaIoServer = (wiring: Wiring): Program => ({
  start(context) {
    // Each cluster that is being registered waits on the signal for a moment.
    setMaxListeners(0, context.signal);
    const server = new DirectorServer(context, wiring);
    wiring.servers.add(context, server);
    const ended = start(context, server).then(
      () => new Promise<never>(() => {}),
      (error: unknown) => ({ exitCode: 1, message: String(error) }),
    );
    return { ready: () => true, ended };
  },
});

const openDatabase = (context: ProgramContext): Database =>
  new Database({ ...mountedFiles(context, "the schema maya"), now: () => context.time.now() });

export const mysql = (wiring: Wiring): Program =>
  service({
    startMs: 6000,
    run(context) {
      const db = openDatabase(context);
      context.signal.addEventListener("abort", () => db.close(), { once: true });
      wiring.databases.add(context, db);
      context.log("mysqld: ready for connections, schema maya is open");
    },
    commands: (_context, isReady) => mysqladmin(isReady),
  });

/** The default backend runs the same image and takes no connections from outside. */
const isDefaultBackend = ({ pod, container }: ProgramContext): boolean =>
  [pod.metadata.name, container].some((name) => name.includes("default-backend"));

export const nginxIngress = (wiring: Wiring): Program =>
  service({
    startMs: 2000,
    run(context) {
      if (!isDefaultBackend(context)) wiring.ingresses.add(context, undefined);
    },
  });
