import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { tellExchange, type Exchange, type RawExchange } from "./exchange.ts";
import type { Witness } from "./witness.ts";

/** One line about a call, with nothing secret in it; the path is without its query. */
export interface ExchangeSummary {
  readonly method: string;
  readonly path: string;
  readonly durationMs: number;
  readonly status?: number;
  readonly error?: string;
}

export interface TranscriptOptions {
  readonly redactor: Redactor;
  /** How many of the last exchanges are kept; default 200. */
  readonly limit?: number;
  /** Called after every exchange. */
  readonly onExchange?: (exchange: ExchangeSummary) => void;
}

/** Bodies beyond this sum are redacted and cut at once instead of when they are read. */
const RAW_BUDGET = 8 * 1024 * 1024;

type Slot = { readonly raw: RawExchange } | { readonly told: Exchange };

/** The path of an absolute URL; asked at every call, so without taking the URL apart. */
const pathOf = (url: string): string => {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  return start < 0 ? "/" : (url.slice(start).split(/[?#]/, 1)[0] ?? "/");
};

const sizeOf = (raw: RawExchange): number => (raw.requestBody?.length ?? 0) + (raw.responseBody?.length ?? 0);

/** The last exchanges of one or several clients; redaction happens when it is read. */
export class Transcript {
  /** Sees every change that the clients of this transcript are about to make; undefined while nobody does. */
  witness: Witness | undefined;
  readonly #options: TranscriptOptions;
  readonly #limit: number;
  readonly #clusters = new Map<string, string>();
  #slots: Slot[] = [];
  #rawSize = 0;

  constructor(options: TranscriptOptions) {
    this.#options = options;
    this.#limit = options.limit ?? 200;
  }

  /** From now on says of calls below this URL which cluster they went to: a host does not tell what stands behind it. */
  nameCluster(baseUrl: string, cluster: string): void {
    this.#clusters.set(baseUrl.replace(/\/$/, ""), cluster);
  }

  record(raw: RawExchange): void {
    this.#slots.push({ raw });
    this.#rawSize += sizeOf(raw);
    if (this.#slots.length > this.#limit) this.#drop();
    if (this.#rawSize > RAW_BUDGET) this.#compact();
    if (this.#options.onExchange !== undefined) this.#options.onExchange(this.#summary(raw));
  }

  /** Oldest first. */
  exchanges(): Exchange[] {
    return this.#slots.map((slot) => ("told" in slot ? slot.told : tellExchange(slot.raw, this.#options.redactor)));
  }

  /** The exchanges as facts of kind `http.exchange`; headers are JSON text. */
  toFacts(): Fact[] {
    return this.exchanges().map(({ at, requestHeaders, responseHeaders, ...rest }) => ({
      kind: "http.exchange",
      at,
      scope: { urlHost: new URL(rest.url).host, ...this.#clusterOf(rest.url) },
      data: { ...rest, requestHeaders: JSON.stringify(requestHeaders), responseHeaders: JSON.stringify(responseHeaders) },
    }));
  }

  clear(): void {
    this.#slots = [];
    this.#rawSize = 0;
  }

  /** Which cluster a call went to; undefined for other servers. */
  clusterAt(url: string): string | undefined {
    return [...this.#clusters].find(([baseUrl]) => url.startsWith(`${baseUrl}/`))?.[1];
  }

  #clusterOf(url: string): { readonly cluster?: string } {
    const cluster = this.clusterAt(url);
    return cluster === undefined ? {} : { cluster };
  }

  #drop(): void {
    const oldest = this.#slots.shift();
    if (oldest !== undefined && "raw" in oldest) this.#rawSize -= sizeOf(oldest.raw);
  }

  #compact(): void {
    this.#slots = this.exchanges().map((told) => ({ told }));
    this.#rawSize = 0;
  }

  #summary({ method, url, durationMs, status, error }: RawExchange): ExchangeSummary {
    const path = this.#options.redactor.text(pathOf(url));
    return { method, path, durationMs, ...(status !== undefined && { status }), ...(error !== undefined && { error }) };
  }
}
