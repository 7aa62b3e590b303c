import { XMLParser } from "fast-xml-parser";
import { invalidArgument, invalidRequest, VimFault } from "./vim-fault.ts";
import { ref, type Ref } from "./value.ts";

const withoutPrefix = (name: string): string => name.slice(name.indexOf(":") + 1);

/** An element of a request, without namespace prefixes. */
export class XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;

  constructor(parts: { name: string; attributes: Readonly<Record<string, string>>; children: readonly XmlElement[]; text: string }) {
    this.name = parts.name;
    this.attributes = parts.attributes;
    this.children = parts.children;
    this.text = parts.text;
  }

  /** The type it says to have (`xsi:type`), without prefix. */
  get xsiType(): string | undefined {
    const entry = Object.entries(this.attributes).find(([name]) => name.endsWith(":type"));
    return entry === undefined ? undefined : withoutPrefix(entry[1]);
  }

  child(name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name);
  }

  all(name: string): readonly XmlElement[] {
    return this.children.filter((child) => child.name === name);
  }

  textOf(name: string): string | undefined {
    return this.child(name)?.text;
  }

  /** The text of a child that must be there; fault `InvalidArgument`. */
  required(name: string): string {
    const text = this.textOf(name);
    if (text === undefined) throw invalidArgument(name, "it is required");
    return text;
  }

  flag(name: string): boolean | undefined {
    const text = this.textOf(name)?.trim();
    if (text === undefined) return undefined;
    if (["true", "1"].includes(text)) return true;
    if (["false", "0"].includes(text)) return false;
    throw invalidArgument(name, "it must be a boolean");
  }

  int(name: string): number | undefined {
    const text = this.textOf(name)?.trim();
    if (text === undefined) return undefined;
    if (/^-?\d{1,10}$/.test(text)) return Number(text);
    throw invalidArgument(name, "it must be an integer");
  }

  refOf(name: string): Ref | undefined {
    return this.child(name)?.toRef();
  }

  requiredRef(name: string): Ref {
    const found = this.refOf(name);
    if (found === undefined) throw invalidArgument(name, "it is required");
    return found;
  }

  toRef(): Ref {
    return ref(this.attributes["type"] ?? "ManagedObject", this.text.trim());
  }
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: "#cdata",
});

const ATTRIBUTES = ":@";
const TEXT = "#text";
const CDATA = "#cdata";

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const codePoint = (reference: string): number =>
  reference.startsWith("#x") ? Number.parseInt(reference.slice(2), 16) : Number.parseInt(reference.slice(1), 10);

// By hand, since Go writes quotes and line ends as numbers, which the parser leaves as they are.
const decode = (text: string): string =>
  text.replaceAll(/&(?:([a-z]+|#\d{1,7}|#x[\da-fA-F]{1,6});)?/g, (whole, reference: string | undefined) => {
    const named = NAMED[reference ?? ""];
    if (named !== undefined) return named;
    const code = reference?.startsWith("#") === true ? codePoint(reference) : 0;
    if (code === 0 || code > 0x10ffff) throw invalidRequest(`The request holds ${whole}, which is no reference of XML.`);
    return String.fromCodePoint(code);
  });

const textOf = (node: ParsedNode): string => {
  if (typeof node[TEXT] === "string") return decode(node[TEXT]);
  const cdata = node[CDATA] as readonly ParsedNode[] | undefined;
  return cdata === undefined ? "" : cdata.map((part) => (typeof part[TEXT] === "string" ? part[TEXT] : "")).join("");
};

type ParsedNode = Readonly<Record<string, unknown>>;

const toElement = (node: ParsedNode): XmlElement | undefined => {
  const tag = Object.keys(node).find((key) => key !== ATTRIBUTES);
  if (tag === undefined || tag === TEXT || tag === CDATA || tag.startsWith("?") || tag.startsWith("!")) return undefined;
  const content = node[tag] as readonly ParsedNode[];
  return new XmlElement({
    name: withoutPrefix(tag),
    attributes: Object.fromEntries(
      Object.entries((node[ATTRIBUTES] ?? {}) as Record<string, string>).map(([name, value]) => [name, decode(value)]),
    ),
    children: content.map(toElement).filter((child) => child !== undefined),
    text: content.map(textOf).join(""),
  });
};

/** Reads a document; a malformed one, or one with a document type, is fault `InvalidRequest`. */
export const parseXml = (text: string): XmlElement => {
  if (text.includes("<!DOCTYPE")) throw invalidRequest("A document type is not allowed in a request.");
  let root: XmlElement | undefined;
  try {
    root = (parser.parse(text, true) as ParsedNode[]).map(toElement).find((element) => element !== undefined);
  } catch (error) {
    if (error instanceof VimFault) throw error;
    throw invalidRequest(`The request is not well-formed XML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (root === undefined) throw invalidRequest("The request holds no element.");
  return root;
};
