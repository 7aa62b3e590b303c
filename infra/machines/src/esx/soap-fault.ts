import type { XmlElement } from "./xml.ts";

/** A fault as vSphere answers it, on a call or as the error of a task. */
export class SoapFault extends Error {
  /** Type of the fault without namespace: `InvalidPowerState`. */
  readonly type: string;
  readonly method: string;
  readonly detail: XmlElement | undefined;

  constructor(type: string, message: string, origin: { readonly method: string; readonly detail?: XmlElement | undefined }) {
    super(message);
    this.name = "SoapFault";
    this.type = type;
    this.method = origin.method;
    this.detail = origin.detail;
  }
}

export const isFault = (error: unknown, ...types: readonly string[]): error is SoapFault =>
  error instanceof SoapFault && types.includes(error.type);

/** The simple fields of a fault: "requestedState=poweredOn, existingState=poweredOn". */
const fieldsOf = (detail: XmlElement | undefined): string =>
  (detail?.entries() ?? [])
    .filter(([, element]) => element.entries().length === 0 && element.text.trim() !== "")
    .map(([name, element]) => `${name}=${element.text}`)
    .join(", ");

const sentence = (message: string, detail: XmlElement | undefined): string => {
  const localized = (detail?.all("faultMessage") ?? []).map((item) => item.textOf("message")).filter((text) => text !== "");
  return [message, ...localized, fieldsOf(detail)].filter((part) => part.trim() !== "").join("; ");
};

/** The fault of a SOAP answer. */
export const readSoapFault = (method: string, fault: XmlElement): SoapFault => {
  const [name, detail] = fault.find("detail")?.entries()[0] ?? [];
  const type = detail?.schemaType ?? (name === undefined ? fault.textOf("faultcode") : name.replace(/Fault$/, ""));
  return new SoapFault(type, sentence(fault.textOf("faultstring"), detail), { method, detail });
};

/** The fault in a LocalizedMethodFault, as tasks and missing properties carry it. */
export const readLocalizedFault = (method: string, localized: XmlElement): SoapFault => {
  const detail = localized.find("fault");
  const type = detail?.schemaType ?? "UnknownFault";
  const message = localized.textOf("localizedMessage");
  return new SoapFault(type, sentence(message.startsWith("*types.") ? "" : message, detail), { method, detail });
};
