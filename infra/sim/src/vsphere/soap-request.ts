import type { Ref } from "./value.ts";
import { invalidRequest } from "./vim-fault.ts";
import { parseXml, type XmlElement } from "./xml-element.ts";

/** A call: the method, the object it is made on, and its arguments. */
export interface SoapRequest {
  readonly method: string;
  readonly self: Ref;
  readonly args: XmlElement;
}

/** Reads a SOAP 1.1 envelope; anything else is fault `InvalidRequest`. */
export const readSoapRequest = (text: string): SoapRequest => {
  const root = parseXml(text);
  const args = root.name === "Envelope" ? root.child("Body")?.children[0] : undefined;
  if (args === undefined) throw invalidRequest("The request is no SOAP envelope with a call in its body.");
  const self = args.refOf("_this");
  if (self === undefined) throw invalidRequest(`The call ${args.name} names no object in _this.`);
  return { method: args.name, self, args };
};
