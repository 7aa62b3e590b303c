import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { CheckContext, CheckResult } from "./check.ts";

/** A certificate that ends sooner than this makes a check warn. */
const WARN_BEFORE_MS = 14 * 86_400_000;

export interface Endpoint {
  /** Anything that fails with an error of the house when the endpoint cannot be used. */
  readonly call: (signal: AbortSignal) => Promise<unknown>;
  /** When the endpoint's certificate ends, as ISO time; undefined without TLS. */
  readonly certificateUntil?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
}

const blocked = (error: unknown): CheckResult => {
  if (!isKuberaError(error)) throw error;
  return { status: "blocks", measured: `${error.what}: ${error.because}`, remedy: error.fix };
};

const withExpiry = (result: CheckResult, until: string | undefined, nowMs: number): CheckResult => {
  if (until === undefined) return result;
  const leftMs = Date.parse(until) - nowMs;
  if (Number.isNaN(leftMs) || leftMs >= WARN_BEFORE_MS) return { ...result, expiresAt: until };
  const days = Math.max(0, Math.floor(leftMs / 86_400_000));
  return {
    status: "warns",
    measured: `${result.measured}; its certificate ends in ${days} ${days === 1 ? "day" : "days"}`,
    limit: "a certificate that lasts 14 days more",
    remedy: "Renew the certificate before it ends.",
    expiresAt: until,
  };
};

/** Calls an endpoint: an error of the house blocks, any other is thrown on; a certificate about to end warns. */
export const reach = async (endpoint: Endpoint, measured: string, { signal, clock }: CheckContext): Promise<CheckResult> => {
  try {
    await endpoint.call(signal);
  } catch (error) {
    signal.throwIfAborted();
    return blocked(error);
  }
  const until = await endpoint.certificateUntil?.(signal).catch(() => undefined);
  return withExpiry({ status: "ok", measured }, until, clock.now());
};
