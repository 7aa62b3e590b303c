import { isDeepStrictEqual } from "node:util";
import type { ProgramContext, ProgramEnd } from "../../../kubernetes/program.ts";
import { isCutOff } from "../../../kubernetes/network-policies.ts";
import { textAt } from "../../json.ts";
import { networkFault, type VolumeWiring } from "../../network-fault.ts";
import { refused } from "./refused.ts";

const COUNT = /^[1-9]\d*$/;
const EVERY_MS = 1000;
/** Between two pods of a quiet network. */
const QUIET_MS = 0.4;

const podAt = ({ store }: ProgramContext, ip: string) =>
  store
    .list(store.resource("Pod"))
    .find(({ metadata, status }) => textAt(status, "podIP") === ip && metadata.deletionTimestamp === undefined);

/** Asks the pod at an address once a second, and tells how many answers came and after how long. */
export const pinged =
  (wiring: VolumeWiring) =>
  async (context: ProgramContext): Promise<ProgramEnd> => {
    const { args, cluster, signal, store, time } = context;
    const [, , , count = "", ip = ""] = args;
    if (!COUNT.test(count) || !isDeepStrictEqual(args, ["ping", "-q", "-c", count, ip])) return refused(context);
    await time.delay(Number(count) * EVERY_MS, signal);
    const pod = podAt(context, ip);
    const isAway = pod === undefined || isCutOff(store, context.pod, "Egress") || isCutOff(store, pod, "Ingress");
    const { delayMs, lossPercent } = isAway ? { delayMs: 0, lossPercent: 100 } : networkFault(wiring, cluster, pod);
    const received = Number(count) - Math.round((Number(count) * lossPercent) / 100);
    context.log(`${count} packets transmitted, ${received} packets received, ${lossPercent}% packet loss`);
    const ms = (QUIET_MS + delayMs).toFixed(3);
    if (received > 0) context.log(`round-trip min/avg/max = ${ms}/${ms}/${ms} ms`);
    return { exitCode: received > 0 ? 0 : 1 };
  };
