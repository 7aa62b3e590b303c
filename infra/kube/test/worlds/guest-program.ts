import type { Commands, Program, ProgramContext, ProgramEnd } from "@kubera-e2e/sim/program";

const START_MS = 1000;

const after = async (context: ProgramContext, end: ProgramEnd): Promise<ProgramEnd> => {
  await context.time.delay(START_MS, context.signal);
  return end;
};

const USAGE = { exitCode: 64, stderr: "guest pause | serve | exit CODE | count LAST\n" };

/** The program itself, beside the one that is running. */
const commands: Commands = {
  "/guest": ([verb, word]) => {
    if (verb === "exit" && word !== undefined) return { exitCode: Number(word), stdout: `ending with ${word}\n` };
    return verb === "count" ? new Promise<never>(() => {}) : USAGE;
  },
};

/** What tools/peers/kubernetes/guest does, for the simulator. */
export const guestProgram: Program = {
  start: (context) => {
    const [verb = "pause", word = "0"] = context.args;
    if (verb === "serve") context.log(`serving on 8080 as ${context.pod.metadata.name}`);
    if (verb !== "exit") return { ready: () => !JSON.stringify(context.pod).includes("/unready"), commands };
    context.log(`ending with ${word}`);
    return { ready: () => true, ended: after(context, { exitCode: Number(word) }) };
  },
};
