import { firstLine } from "@kubera-e2e/schema/first-line";
import { freezeBed } from "@kubera-e2e/lifecycle/sets";
import type { BedContext } from "@kubera-e2e/lifecycle";
import type { Settings } from "@kubera-e2e/schema/settings";

export interface FailedStateOptions {
  readonly keep: Settings["KUBERA_KEEP"];
  readonly run: string;
}

/** A held bed; `lost` ends what is done to it. */
export interface KeptBed {
  readonly context: BedContext;
  readonly lost: AbortSignal;
}

const NAMED = 3;

/**
 * Keeps the state in which a test failed, once per run and just before something ends that state: the next restore, or the end of the run.
 * What cannot be kept is told and changes nothing else.
 */
export class FailedState {
  readonly #options: FailedStateOptions;
  readonly #failed: string[] = [];
  #isKept = false;

  constructor(options: FailedStateOptions) {
    this.#options = options;
  }

  /** A test has failed on the bed as it is now. */
  note(test: string): void {
    this.#failed.push(test);
  }

  /** A restore has ended the state in which they failed. */
  forget(): void {
    this.#failed.length = 0;
  }

  /** Called while nobody is on the bed; `end` says whether the run ends with it. */
  async keep({ context, lost }: KeptBed, when: "restore" | "end"): Promise<void> {
    const { keep, run } = this.#options;
    const isWanted = (keep !== "never" && this.#failed.length > 0) || (keep === "always" && when === "end");
    if (!isWanted || this.#isKept) return;
    this.#isKept = true;
    const tell = (because: string): void =>
      context.onProgress({ at: new Date(context.clock.now()).toISOString(), verb: "freeze", phase: "keep", state: "note", because });
    try {
      const frozen = await freezeBed(context, { id: run, because: this.#because(), signal: lost });
      if (frozen.kept)
        tell(`the state is kept until ${frozen.expiresAt}; bring it back: e2e bed restore ${context.bed.name} --frozen ${frozen.id}`);
      else tell(`the state is not kept: ${frozen.because}`);
    } catch (error) {
      tell(`the state could not be kept: ${firstLine(error)}`);
    }
  }

  #because(): string {
    const { length } = this.#failed;
    if (length === 0) return "kept on purpose; no test had failed on it";
    const more = length > NAMED ? ` and ${length - NAMED} more` : "";
    return `failed: ${this.#failed.slice(0, NAMED).join("; ")}${more}`;
  }
}
