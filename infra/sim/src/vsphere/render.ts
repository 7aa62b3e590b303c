import type { Data, Fields, List, Scalar, Value } from "./value.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

// oxlint-disable-next-line eslint/no-control-regex -- these are what XML 1.0 forbids, even as references
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const escape = (text: string): string => text.replaceAll(FORBIDDEN, "\ufffd").replaceAll(/[&<>"\r]/g, (sign) => ENTITIES[sign] ?? sign);

const typeAttribute = (type: string): string => ` xsi:type="${type}"`;

const element = (name: string, attributes: string, content: string): string =>
  content === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;

const asScalar = (value: string | boolean | Scalar): Scalar => {
  if (typeof value === "string") return { kind: "scalar", type: "xsd:string", text: value };
  return typeof value === "boolean" ? { kind: "scalar", type: "xsd:boolean", text: String(value) } : value;
};

const itemName = (of: string): string => of.replace(/^xsd:/, "");

const arrayType = (of: string): string => {
  const name = itemName(of);
  return `ArrayOf${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};

const renderList = (name: string, value: List): string => value.items.map((item) => renderElement(name, item)).join("");

const renderFields = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => (value === undefined ? "" : renderElement(name, value)))
    .join("");

const renderData = (name: string, value: Data): string => element(name, typeAttribute(value.type), renderFields(value.fields));

/** One value as vim25 writes it where the declared type is known: lists repeat the element, data objects name their type. */
export const renderElement = (name: string, value: Value): string => {
  if (typeof value !== "object" || value.kind === "scalar") return element(name, "", escape(asScalar(value).text));
  switch (value.kind) {
    case "ref":
      return element(name, ` type="${escape(value.type)}"`, escape(value.id));
    case "data":
      return renderData(name, value);
    case "list":
      return renderList(name, value);
    case "anything":
      return renderAnything(name, value.value);
  }
};

/** One value where anything is allowed: it says what it is by `xsi:type`; lists become `ArrayOf…`. */
const renderAnything = (name: string, value: Value): string => {
  if (typeof value !== "object" || value.kind === "scalar") {
    const { type, text } = asScalar(value);
    return element(name, typeAttribute(type), escape(text));
  }
  switch (value.kind) {
    case "ref":
      return element(name, ` type="${escape(value.type)}"${typeAttribute("ManagedObjectReference")}`, escape(value.id));
    case "data":
      return renderData(name, value);
    case "list": {
      const item = itemName(value.of);
      const items = value.items.map((entry) =>
        typeof entry === "object" && entry.kind === "ref" ? renderAnything(item, entry) : renderElement(item, entry),
      );
      return element(name, typeAttribute(arrayType(value.of)), items.join(""));
    }
    case "anything":
      return renderAnything(name, value.value);
  }
};

/** The same text for the same value, to find out whether it changed. */
export const fingerprint = (value: Value): string => renderAnything("v", value);

const ENVELOPE =
  '<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">';

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${ENVELOPE}\n<soapenv:Body>\n${body}\n</soapenv:Body>\n</soapenv:Envelope>`;

/** The answer to a call: no, one or several `returnval`. */
export const renderResponse = (method: string, answer: readonly Value[]): string =>
  envelope(element(`${method}Response`, ' xmlns="urn:vim25"', answer.map((value) => renderElement("returnval", value)).join("")));

/** A SOAP 1.1 fault with the typed detail of vim25. */
export const renderFault = (fault: { readonly code: string; readonly message: string; readonly detail: Data }): string =>
  envelope(
    `<soapenv:Fault><faultcode>${fault.code}</faultcode><faultstring>${escape(fault.message)}</faultstring><detail>${element(
      `${fault.detail.type}Fault`,
      ` xmlns="urn:vim25"${typeAttribute(fault.detail.type)}`,
      renderFields(fault.detail.fields),
    )}</detail></soapenv:Fault>`,
  );
