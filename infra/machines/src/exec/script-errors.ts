import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { fixOfFault } from "../fault-fixes.ts";
import type { ScriptEnd } from "./run-script.ts";
import { scriptErrorSchema, type ScriptVerb } from "./script-answers.ts";

/** Which script, called how, on which VM. */
export interface ScriptPlace {
  readonly verb: ScriptVerb;
  readonly argv: readonly string[];
  readonly machine: string | undefined;
}

const SHOWN_LINES = 5;

const on = ({ machine }: ScriptPlace): string => (machine === undefined ? "" : ` of VM "${machine}"`);
const whereOf = (place: ScriptPlace): string => `machines.scripts.${place.verb}${on(place)}: ${place.argv.join(" ")}`;

/** The fault that a failed script named on its stdout. */
export const faultOf = ({ stdout }: ScriptEnd): { readonly type: string; readonly message: string } | undefined => {
  try {
    return scriptErrorSchema.safeParse(JSON.parse(stdout)).data?.error;
  } catch {
    return undefined;
  }
};

const lastWords = ({ stderr }: ScriptEnd): string => {
  const lines = stderr.filter((line) => line.trim() !== "").slice(-SHOWN_LINES);
  return lines.length === 0 ? "it said nothing on stderr" : lines.join("\n           ");
};

/** The error of a script that ended with a code or by a signal. */
export const scriptFailed = (place: ScriptPlace, end: ScriptEnd): KuberaError => {
  const typed = faultOf(end);
  const ended = end.endedBy === undefined ? `exit code ${end.code}` : `ended by ${end.endedBy}`;
  const because =
    typed === undefined
      ? `${ended}: ${lastWords(end)}`
      : `${typed.type} on ${place.verb}${on(place)}${typed.message === "" ? "" : `: ${typed.message}`}`;
  return new KuberaError("SCRIPT_FAILED", {
    what: `the script ${place.verb} failed${on(place)}`,
    where: whereOf(place),
    because,
    fix:
      typed === undefined
        ? "Run the script by hand with the same JSON on stdin; docs/add-a-hypervisor.md shows how."
        : fixOfFault(typed.type),
    ...(typed !== undefined && { cause: Object.assign(new Error(typed.message), { name: "ScriptFault", code: typed.type }) }),
  });
};

export const scriptNotStarted = (place: ScriptPlace, error: unknown): KuberaError =>
  new KuberaError("SCRIPT_FAILED", {
    what: `the script ${place.verb} could not be started`,
    where: whereOf(place),
    because: error instanceof Error ? error.message : String(error),
    fix: `Correct machines.scripts.${place.verb} in the bed's file, and make the program executable; ./ starts at that file.`,
    cause: error,
  });

export const answerInvalid = (place: ScriptPlace, because: string): KuberaError =>
  new KuberaError("RESPONSE_INVALID", {
    what: `the script ${place.verb} did not answer as it must${on(place)}`,
    where: whereOf(place),
    because,
    fix: "Let it print one JSON object on stdout and all else on stderr; docs/add-a-hypervisor.md has the shapes.",
  });

export const scriptLate = (place: ScriptPlace, limitMs: number): KuberaError =>
  new KuberaError("TIMED_OUT", {
    what: `the script ${place.verb} did not end within ${limitMs / 1000} s${on(place)}`,
    where: whereOf(place),
    because: "it was ended with all that it had started; how far it came is not known",
    fix: "Look at the hypervisor's task list; raise machines.timeLimit in the bed's file only when the script is merely slow.",
  });
