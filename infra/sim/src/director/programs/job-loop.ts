import type { JobRow } from "../rows.ts";
import type { Wiring } from "../wiring.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";
import { connect } from "./agent-context.ts";
import { repeat } from "./process.ts";

const LOOK_MS = 5000;

export interface Worker {
  readonly kinds: readonly JobRow["kind"][];
  readonly work: (context: ProgramContext, job: JobRow) => Promise<void>;
}

type Result = { readonly state: "Success" | "Failed"; readonly message?: string };

const resultOf = async (context: ProgramContext, job: JobRow, { work }: Worker): Promise<Result> => {
  try {
    await work(context, job);
    return { state: "Success" };
  } catch (error) {
    return { state: "Failed", message: error instanceof Error ? error.message : String(error) };
  }
};

/** Fetches this cluster's jobs one by one, does them and reports. A result waits until Director can be reached. */
export const doJobs = async (context: ProgramContext, wiring: Wiring, worker: Worker): Promise<void> => {
  const results = new Map<string, Result>();
  await repeat(context, LOOK_MS, async () => {
    const { token, tunnel } = connect(context, wiring);
    for (const job of tunnel.jobs(token, worker.kinds)) {
      if (!results.has(job.id)) {
        tunnel.progress(token, job.id, { state: "Running" });
        context.log(`job ${job.id}: ${job.kind}`);
        results.set(job.id, await resultOf(context, job, worker));
      }
      if (context.signal.aborted) return;
      report(connect(context, wiring), job, results);
      context.log(`job ${job.id}: ${results.get(job.id)?.state ?? ""} ${results.get(job.id)?.message ?? ""}`.trimEnd());
      results.delete(job.id);
    }
  });
};

const report = ({ token, tunnel }: ReturnType<typeof connect>, job: JobRow, results: ReadonlyMap<string, Result>): void => {
  const result = results.get(job.id);
  if (result !== undefined) tunnel.progress(token, job.id, result);
};
