import type { Http } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { refXml, type ManagedObject } from "./managed-object.ts";
import { readSoapFault } from "./soap-fault.ts";
import { parseXml, type XmlElement } from "./xml.ts";

// The oldest vSphere of the field; every newer one still speaks it.
const SOAP_ACTION = '"urn:vim25/6.5"';

export interface SoapCall {
  readonly method: string;
  readonly self: ManagedObject;
  /** Elements of the arguments, in the order of the schema. */
  readonly args?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** Throws for an answer that is a fault in another dress. */
  readonly verify?: (answer: readonly XmlElement[]) => void;
  /** Whether it only reads, and so may be repeated on a broken connection. */
  readonly reads?: boolean;
}

const envelope = ({ method, self, args = [] }: SoapCall): string =>
  `<?xml version="1.0" encoding="UTF-8"?>` +
  `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
  ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` +
  `<${method} xmlns="urn:vim25">${refXml("_this", self)}${args.join("")}</${method}>` +
  `</soapenv:Body></soapenv:Envelope>`;

const cookieOf = (header: string | readonly string[] | undefined): string | undefined => {
  const lines = typeof header === "string" ? [header] : (header ?? []);
  return lines.map((line) => /^vmware_soap_session=[^;]+/.exec(line)?.[0]).findLast((cookie) => cookie !== undefined);
};

/** Calls of vim25 methods over one endpoint, with the session's cookie. */
export class SoapClient {
  readonly #http: Http;
  readonly #path: string;
  #cookie: string | undefined;

  constructor(http: Http, path: string) {
    this.#http = http;
    this.#path = path;
  }

  get place(): string {
    return `${this.#http.baseUrl}${this.#path}`;
  }

  forgetSession(): void {
    this.#cookie = undefined;
  }

  /** The `returnval` elements of the answer; throws `SoapFault` for a fault, and the errors of the room http. */
  async call(call: SoapCall): Promise<XmlElement[]> {
    const { signal, timeoutMs, reads } = call;
    const answer = await this.#http.request({
      method: "POST",
      path: this.#path,
      body: envelope(call),
      headers: {
        "content-type": "text/xml; charset=utf-8",
        soapaction: SOAP_ACTION,
        ...(this.#cookie !== undefined && { cookie: this.#cookie }),
      },
      responseType: "text",
      signal,
      timeoutMs,
      idempotent: reads === true,
    });
    this.#cookie = cookieOf(answer.headers["set-cookie"]) ?? this.#cookie;
    const values = this.#read(call, answer);
    call.verify?.(values);
    return values;
  }

  #read(call: SoapCall, { status, body }: { status: number; body: string }): XmlElement[] {
    const soapBody = this.#bodyOf(call, status, body);
    const fault = soapBody.find("Fault");
    if (fault !== undefined) throw readSoapFault(call.method, fault);
    const response = soapBody.find(`${call.method}Response`);
    if (status === 200 && response !== undefined) return response.all("returnval");
    throw this.#strange(call, `status ${status} without ${call.method}Response and without a fault`);
  }

  #bodyOf(call: SoapCall, status: number, text: string): XmlElement {
    let found: XmlElement | undefined;
    try {
      found = parseXml(text).find("Envelope", "Body");
    } catch (error) {
      throw this.#strange(call, `status ${status}, ${error instanceof Error ? error.message : String(error)}`);
    }
    if (found === undefined) throw this.#strange(call, `status ${status} without a SOAP envelope`);
    return found;
  }

  #strange({ method }: SoapCall, because: string): KuberaError {
    return new KuberaError("RESPONSE_INVALID", {
      what: `${this.place} does not answer as vSphere does`,
      where: `POST ${this.place}: ${method}`,
      because,
      fix: "Look whether the address is that of a vCenter or ESX host: its API answers at https://HOST/sdk.",
    });
  }
}
