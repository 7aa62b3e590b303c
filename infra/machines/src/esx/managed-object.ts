import { escapeXml, type XmlElement } from "./xml.ts";

/** A reference to an object on the server: its type and id. */
export interface ManagedObject {
  readonly type: string;
  readonly value: string;
}

export const refXml = (name: string, { type, value }: ManagedObject): string =>
  `<${name} type="${escapeXml(type)}">${escapeXml(value)}</${name}>`;

export const refOf = (element: XmlElement): ManagedObject => ({ type: element.attribute("type") ?? "", value: element.text });
