import type { Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { ObservedKind } from "./kube-client.ts";
import { refusedStatus } from "./refusal.ts";
import type { KindScope } from "./view.ts";

/** An API server that starts, or whose keys are exchanged, knows nobody for some seconds. */
const REFUSAL_GRACE_MS = 30_000;

/** Groups of definitions are domains; what Kubernetes itself serves it serves from the start. */
const isOfDefinition = ({ apiVersion }: KindScope): boolean => (apiVersion.split("/").at(-2) ?? "").includes(".");

const isUnknownKind = (trouble: Error): boolean => isKuberaError(trouble) && trouble.code === "KUBE_KIND_UNKNOWN";

const isRefusal = (trouble: Error): boolean => {
  const status = refusedStatus(trouble);
  return status === 401 || status === 403 || isUnknownKind(trouble);
};

/** Whether a kind that a wait can do without is not served, or not for us. */
export const isMissing = ({ optional, maybeUnserved }: KindScope, { trouble }: Pick<ObservedKind, "trouble">): boolean => {
  if (trouble === undefined) return false;
  if (optional === true) return isRefusal(trouble) && refusedStatus(trouble) !== 401;
  return maybeUnserved === true && isUnknownKind(trouble);
};

const isHopeless = (trouble: Error): boolean =>
  isKuberaError(trouble) && (trouble.code.startsWith("TLS_") || trouble.code === "KUBECONFIG_INVALID");

/** Tells trouble that ends a wait from trouble that may pass, for one kind of one wait. */
export class TroubleJudge {
  readonly #scope: KindScope;
  readonly #cluster: string;
  readonly #clock: Clock;
  #refusedSinceMs: number | undefined;

  constructor(scope: KindScope, { cluster, clock }: { readonly cluster: string; readonly clock: Clock }) {
    this.#scope = scope;
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** Why a kind is not known now; undefined when it is. Throws trouble that time does not heal. */
  reasonOf(seen: Pick<ObservedKind, "trouble" | "objects">): string | undefined {
    const { trouble } = seen;
    if (trouble !== undefined && isHopeless(trouble)) throw trouble;
    if (trouble === undefined || isMissing(this.#scope, seen)) {
      this.#refusedSinceMs = undefined;
      return undefined;
    }
    if (isRefusal(trouble)) this.#throwWhenLasting(trouble, seen.objects !== undefined);
    return this.#away(trouble);
  }

  #throwWhenLasting(refusal: Error, wasAllowed: boolean): void {
    this.#refusedSinceMs ??= this.#clock.monotonicMs();
    // A definition is served a moment after it was made.
    const mayCome = isUnknownKind(refusal) && isOfDefinition(this.#scope);
    // What was allowed a moment ago, or to nobody known, may only be a server that starts anew.
    const mayPass = wasAllowed || refusedStatus(refusal) === 401 || mayCome;
    if (!mayPass || this.#clock.monotonicMs() - this.#refusedSinceMs >= REFUSAL_GRACE_MS) throw refusal;
  }

  #away(trouble: Error): string {
    const told = isKuberaError(trouble) ? `${trouble.what}: ${trouble.because}` : trouble.message;
    return `cluster ${this.#cluster} does not answer: ${told}`;
  }
}
