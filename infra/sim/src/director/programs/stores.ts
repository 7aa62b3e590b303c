import { LogIndex } from "../observe/log-index.ts";
import { SampleStore } from "../observe/sample-store.ts";
import type { Wiring } from "../wiring.ts";
import type { Program } from "../../kubernetes/program.ts";
import { mountedFiles } from "./mounted-files.ts";
import { postgresCommands, consulCommands, nodetool } from "./store-commands.ts";
import { service } from "./process.ts";

const LOOK_BACK_MS = 5 * 60_000;

/** A part that keeps nothing: it serves from the end of its start on, which its pod, without a probe, does not tell. */
export const part = (wiring: Wiring, startSeconds: number): Program =>
  service({ startMs: startSeconds * 1000, run: (context) => wiring.parts.add(context, undefined) });

/** Where the parts of Cortex find one another. */
export const consul = (wiring: Wiring): Program =>
  service({
    startMs: 2000,
    run: (context) => wiring.parts.add(context, undefined),
    commands: (context) => consulCommands((pod) => wiring.reaches(context, wiring.parts, pod), context),
  });

/** Keeps the settings of Cortex, of which there are none. */
export const configsDb: Program = service({ startMs: 3000, commands: (_context, isReady) => postgresCommands(isReady) });

/** Keeps what Cortex was sent. */
export const cassandra = (wiring: Wiring): Program =>
  service({
    startMs: 20_000,
    run(context) {
      const files = mountedFiles(context, "the schema cortex");
      wiring.metrics.add(context, new SampleStore({ ...files, lookBackMs: LOOK_BACK_MS / context.time.speed }));
    },
    commands: (context) => nodetool((pod) => wiring.reaches(context, wiring.metrics, pod), context),
  });

/** Keeps the lines of all connected clusters. */
export const elasticsearch = (wiring: Wiring): Program =>
  service({
    startMs: 18_000,
    run(context) {
      wiring.logs.add(context, new LogIndex(mountedFiles(context, "the indices")));
    },
  });
