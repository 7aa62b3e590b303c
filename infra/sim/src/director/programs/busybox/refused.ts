import type { ProgramContext, ProgramEnd } from "../../../kubernetes/program.ts";

/** The end of a command that is not known here: it is told, and does nothing. */
export const refused = (context: ProgramContext): Promise<ProgramEnd> => {
  const message = `sh: cannot run ${JSON.stringify(context.args)}`;
  context.log(message);
  return Promise.resolve({ exitCode: 127, message });
};

/** The end of a command that is known and has failed. */
export const failed = (context: ProgramContext, message: string): ProgramEnd => {
  context.log(message);
  return { exitCode: 1, message };
};
