import { FormSearch, SHORTEST_FORM } from "./form-search.ts";

const MASK = "«redacted»";
/** Shorter values would mask ordinary words. */
const SHORTEST_SECRET = SHORTEST_FORM;

const SECRET_HEADERS = new Set(["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "x-kubera-token"]);
const SECRET_FIELDS =
  /^(password|passwd|secret|secretvalue|secret_key|secretkey|access_id|token|jwt|apikey|code|client-key-data|id_token|refresh_token)$/i;

/** The forms in which one secret can turn up: raw, as HTTP reads UTF-8 in a header, JSON-escaped, URL-encoded, base64 with each of its three alignments. */
const formsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret, "utf8");
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const firstWhole = [0, 2, 3][shift] ?? 0;
    const lastWhole = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(firstWhole, lastWhole);
  });
  const base64Url = aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const plain = [secret, bytes.toString("latin1"), JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return [...plain, ...aligned, ...base64Url].filter((form) => form.length >= SHORTEST_SECRET);
};

/** Masks known secrets, secret headers and secret fields at every place where something leaves the process. */
export class Redactor {
  readonly #known = new Set<string>();
  readonly #forms = new Set<string>();
  readonly #search = new FormSearch();

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** Learns a secret; values under four characters are ignored, for they would mask ordinary words. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET || this.#known.has(secret)) return;
    this.#known.add(secret);
    for (const form of formsOf(secret)) {
      if (!this.#forms.has(form)) this.#search.add(form);
      this.#forms.add(form);
    }
  }

  /** Every secret that was learned. */
  known(): string[] {
    return [...this.#known];
  }

  text(text: string): string {
    const longestFirst = [...this.#search.within(text)].toSorted((a, b) => b.length - a.length);
    return longestFirst.reduce((masked, form) => masked.replaceAll(form, MASK), text);
  }

  headers(headers: Readonly<Record<string, unknown>>): Record<string, string> {
    const masked = Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      SECRET_HEADERS.has(name.toLowerCase()) ? MASK : this.text(String(value)),
    ]);
    return Object.fromEntries(masked);
  }

  /** A deep copy of plain data with known secrets and fields of secret names masked. */
  data(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.data(item));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#field(key, item)]));
  }

  #field(key: string, value: unknown): unknown {
    if (SECRET_FIELDS.test(key) && typeof value === "string") return MASK;
    return this.data(value);
  }

  /** Whether a known secret stands in the text, in any of its forms. */
  finds(text: string): boolean {
    return this.#search.finds(text);
  }
}
