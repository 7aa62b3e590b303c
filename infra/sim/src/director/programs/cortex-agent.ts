import { samplesOf } from "../observe/samples.ts";
import type { Wiring } from "../wiring.ts";
import type { Program } from "../../kubernetes/program.ts";
import { connect } from "./agent-context.ts";
import { repeat, service } from "./process.ts";

const SCRAPE_MS = 15_000;

/** Sends what it scrapes on its cluster to the metrics of its project, every fifteen simulated seconds. */
export const cortexAgent = (wiring: Wiring): Program =>
  service({
    startMs: 2000,
    run: (context) =>
      repeat(context, SCRAPE_MS, () => {
        const { token, tunnel } = connect(context, wiring);
        tunnel.push(token, { atMs: context.time.now(), samples: samplesOf(context.store) });
      }),
  });
