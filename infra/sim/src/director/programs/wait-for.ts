import type { Program, ProgramContext, ProgramEnd } from "../../kubernetes/program.ts";
import { listAt } from "../json.ts";
import { untilChange } from "./until-change.ts";

/** Safety look beside the watch, whose events may be lost with a control plane. */
const LOOK_MS = 2000;

const isServed = ({ store, pod }: ProgramContext, service: string): boolean => {
  const endpoints = store.get(store.resource("Endpoints"), pod.metadata.namespace, service);
  return listAt(endpoints, "subsets").some((subset) => listAt(subset, "addresses").length > 0);
};

const usage = (args: readonly string[]): string | undefined => {
  if (args[0] !== "wait-for") return `unknown command ${args[0] ?? "(none)"}: expected wait-for <service> [<service> …]`;
  return args.length < 2 ? "wait-for needs the name of a service" : undefined;
};

const waitForAll = async (context: ProgramContext, services: readonly string[]): Promise<ProgramEnd> => {
  let told = "";
  while (!context.signal.aborted) {
    const missing = services.filter((service) => !isServed(context, service));
    if (missing.length === 0) return { exitCode: 0 };
    if (missing.join() !== told) context.log(`waiting for ${missing.join(", ")}`);
    told = missing.join();
    await untilChange(context, ["Endpoints"], LOOK_MS);
  }
  return { exitCode: 143 };
};

/** `wait-for <service> …`: exits with 0 when each service of its namespace has a ready endpoint; with 2 when it cannot understand its arguments. */
export const mayaInit: Program = {
  start(context) {
    const fault = usage(context.args);
    if (fault !== undefined) context.log(fault);
    const ended = fault === undefined ? waitForAll(context, context.args.slice(1)) : Promise.resolve({ exitCode: 2, message: fault });
    return { ready: () => true, ended };
  },
};
