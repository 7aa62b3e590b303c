import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createHttp, type Http } from "@kubera-e2e/http";
import { fromWire, wireErrorSchema } from "@kubera-e2e/schema/error-wire";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { SimUp } from "@kubera-e2e/schema/sim-up";
import { findSharedSim } from "@kubera-e2e/sim/find";

const faultSchema = z.object({ id: z.string(), title: z.string(), story: z.string() });
const faultsSchema = z.object({
  known: z.array(faultSchema),
  active: z.array(z.object({ id: z.string(), title: z.string(), firedAt: z.string() })),
});
const refusalSchema = z.object({ message: z.string(), error: wireErrorSchema.optional() });
const statusSchema = z.object({
  machines: z.array(
    z.object({ name: z.string(), esxHost: z.string(), power: z.string(), diskUsedPercent: z.number(), snapshots: z.int() }),
  ),
  faults: z.array(z.object({ id: z.string() })),
  unhandledCalls: z.array(z.string()),
});

export type SimFaults = z.infer<typeof faultsSchema>;
export type SimStatus = z.infer<typeof statusSchema>;

const runningSim = (): SimUp => {
  const sim = findSharedSim();
  if (sim !== undefined) return sim;
  throw new KuberaError("SIM_NOT_RUNNING", {
    what: "no simulated data centre of yours is running",
    where: "this computer",
    because: "only one that `e2e sim up` started can be asked; those of test runs are private and end with them",
    fix: "Start one in another terminal: pnpm e2e sim up",
  });
};

/** The control door of a running simulated data centre. */
export class SimControl {
  readonly #http: Http;
  readonly #sim: SimUp;

  constructor(sim: SimUp) {
    const token = readFileSync(join(sim.folder, "control-token"), "utf8");
    this.#sim = sim;
    this.#http = createHttp({ baseUrl: sim.control.url, redactor: new Redactor([token]), headers: { authorization: `Bearer ${token}` } });
  }

  /** Error: `SIM_NOT_RUNNING`. */
  static ofSharedSim(): SimControl {
    return new SimControl(runningSim());
  }

  describeFaults(faults: SimFaults): string[] {
    const active = new Map(faults.active.map((fault) => [fault.id, fault.firedAt]));
    return faults.known.map(
      (fault) => `${fault.id.padEnd(24)} ${active.has(fault.id) ? `IN FORCE since ${active.get(fault.id) ?? ""}` : fault.title}`,
    );
  }

  describeStatus(status: SimStatus): string[] {
    const rows = status.machines.map(
      (machine) =>
        `  ${machine.name.padEnd(22)} ${machine.power.padEnd(11)} ${machine.esxHost.padEnd(18)} disk ${machine.diskUsedPercent.toFixed(0).padStart(3)} %  ${machine.snapshots} snapshots`,
    );
    return [
      `SIMULATED data centre, process ${this.#sim.pid}, up since ${this.#sim.startedAt}, durations divided by ${this.#sim.speed}`,
      ...rows,
      `  faults in force: ${status.faults.map((fault) => fault.id).join(", ") || "none"}`,
      `  calls it did not know: ${status.unhandledCalls.join(", ") || "none"}`,
    ];
  }

  async status(): Promise<SimStatus> {
    return statusSchema.parse(await this.#call("GET", "/status"));
  }

  async faults(): Promise<SimFaults> {
    return faultsSchema.parse(await this.#call("GET", "/faults"));
  }

  async fire(id: string): Promise<z.infer<typeof faultSchema>> {
    return faultSchema.parse(await this.#call("PUT", `/faults/${encodeURIComponent(id)}`));
  }

  async clear(id: string): Promise<boolean> {
    return z.object({ cleared: z.boolean() }).parse(await this.#call("DELETE", `/faults/${encodeURIComponent(id)}`)).cleared;
  }

  async #call(method: "GET" | "PUT" | "DELETE", path: string): Promise<unknown> {
    const answer = await this.#http.request({ method, path });
    if (answer.status === 200) return answer.body;
    const { message, error } = refusalSchema.parse(answer.body);
    if (error !== undefined) throw fromWire(error);
    throw new KuberaError("INTERNAL", {
      what: `the simulated data centre refused ${method} ${path} with ${answer.status}`,
      where: this.#sim.control.url,
      because: message,
      fix: "Look whether it was started by another version of this repository: end it and start it again.",
    });
  }
}
