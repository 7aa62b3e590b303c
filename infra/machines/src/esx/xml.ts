import { XMLParser } from "fast-xml-parser";

// Entities are decoded here: the parser's own decoder counts expansions and gives up on large inventories.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
});

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const characterOf = (whole: string, name: string): string => {
  if (!name.startsWith("#")) return NAMED[name] ?? whole;
  const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
};

const decode = (text: string): string => text.replaceAll(/&(#x[0-9a-fA-F]+|#\d+|[a-z]+);/g, characterOf);

type Parsed = string | { readonly [name: string]: Parsed | readonly Parsed[] };

const isList = (value: Parsed | readonly Parsed[]): value is readonly Parsed[] => Array.isArray(value);
const localName = (key: string): string => key.slice(key.lastIndexOf(":") + 1);

/** One element of a parsed document; names are compared without their namespace prefix. */
export class XmlElement {
  readonly #node: Parsed;

  constructor(node: Parsed) {
    this.#node = node;
  }

  get text(): string {
    const text = typeof this.#node === "string" ? this.#node : this.#node["#text"];
    return typeof text === "string" ? decode(text) : "";
  }

  attribute(name: string): string | undefined {
    const value = typeof this.#node === "string" ? undefined : this.#node[`@${name}`];
    return typeof value === "string" ? decode(value) : undefined;
  }

  /** The value of `xsi:type`, whatever prefix the server gave that namespace, and without one of its own. */
  get schemaType(): string | undefined {
    if (typeof this.#node === "string") return undefined;
    const key = Object.keys(this.#node).find((name) => /^@[^:]+:type$/.test(name));
    const value = key === undefined ? undefined : this.attribute(key.slice(1));
    return value === undefined ? undefined : localName(value);
  }

  /** Name and element of every child, in the order of their first occurrence. */
  entries(): [string, XmlElement][] {
    if (typeof this.#node === "string") return [];
    return Object.entries(this.#node)
      .filter(([key]) => !key.startsWith("@") && key !== "#text")
      .flatMap(([key, value]) =>
        (isList(value) ? value : [value]).map((item): [string, XmlElement] => [localName(key), new XmlElement(item)]),
      );
  }

  all(name: string): XmlElement[] {
    if (typeof this.#node === "string") return [];
    return Object.entries(this.#node)
      .filter(([key]) => !key.startsWith("@") && localName(key) === name)
      .flatMap(([, value]) => (isList(value) ? value : [value]).map((item) => new XmlElement(item)));
  }

  /** The first element on a path of names. */
  find(...path: readonly string[]): XmlElement | undefined {
    const [name, ...rest] = path;
    if (name === undefined) return this;
    return this.all(name)[0]?.find(...rest);
  }

  /** Text of the first element on a path; empty when there is none. */
  textOf(...path: readonly string[]): string {
    return this.find(...path)?.text ?? "";
  }
}

/** The document as an element whose only child is its root; throws when the text is not well-formed XML. */
export const parseXml = (text: string): XmlElement => new XmlElement(parser.parse(text, true) as Parsed);

// oxlint-disable-next-line eslint/no-control-regex -- XML 1.0 has no way to write these, not even escaped
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

export const escapeXml = (text: string): string =>
  text
    .replaceAll(UNWRITABLE, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#xD;");

/** An element with text. */
export const leaf = (name: string, value: string | number | boolean): string => `<${name}>${escapeXml(String(value))}</${name}>`;

/** An element with elements, and perhaps its xsi:type. */
export const branch = (name: string, children: readonly string[], type?: string): string =>
  `<${name}${type === undefined ? "" : ` xsi:type="${type}"`}>${children.join("")}</${name}>`;
