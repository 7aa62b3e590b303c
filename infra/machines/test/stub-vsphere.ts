import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseXml, type XmlElement } from "../src/esx/xml.ts";

/** One call as the stub received it. */
export interface StubCall {
  readonly method: string;
  readonly args: XmlElement;
  readonly cookie: string;
}

/** Content of the response element; a fault for `fault(…)`; `undefined` breaks the connection. */
type Answer = string | undefined | { readonly status: number; readonly text: string } | Promise<string>;
export type Handlers = Readonly<Record<string, (call: StubCall) => Answer>>;

const wrap = (content: string): string =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Body>${content}</s:Body></s:Envelope>`;

export const fault = (type: string, message: string, fields = ""): { status: number; text: string } => ({
  status: 500,
  text: wrap(
    `<s:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${message}</faultstring><detail><${type}Fault xmlns="urn:vim25" xsi:type="${type}">${fields}</${type}Fault></detail></s:Fault>`,
  ),
});

const CONTENT = `<returnval><rootFolder type="Folder">root</rootFolder><propertyCollector type="PropertyCollector">pc</propertyCollector><viewManager type="ViewManager">vm</viewManager><about><fullName>stub</fullName></about><sessionManager type="SessionManager">sm</sessionManager></returnval>`;

const object = (type: string, id: string, properties: Readonly<Record<string, string>>): string =>
  `<objects><obj type="${type}">${id}</obj>${Object.entries(properties)
    .map(([name, value]) => `<propSet><name>${name}</name><val>${value}</val></propSet>`)
    .join("")}</objects>`;

/** Answers of RetrievePropertiesEx for VMs by id. */
export const inventory = (vms: Readonly<Record<string, string>>) => ({
  CreateContainerView: () => `<returnval type="ContainerView">view</returnval>`,
  DestroyView: () => "",
  RetrievePropertiesEx: ({ args }: StubCall) => {
    const type = args.textOf("specSet", "propSet", "type");
    if (type !== "VirtualMachine") return `<returnval/>`;
    const objects = Object.entries(vms).map(([id, name]) => object(type, id, { name, "runtime.powerState": "poweredOn" }));
    return `<returnval>${objects.join("")}</returnval>`;
  },
});

export { object };

const DEFAULTS: Handlers = {
  RetrieveServiceContent: () => CONTENT,
  Login: () => "<returnval/>",
  Logout: () => "",
  CreatePropertyCollector: () => `<returnval type="PropertyCollector">own</returnval>`,
  DestroyPropertyCollector: () => "",
  CreateFilter: () => `<returnval type="PropertyFilter">filter</returnval>`,
  DestroyPropertyFilter: () => "",
  CancelTask: () => "",
};

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

export interface Stub extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly StubCall[];
  count(method: string): number;
}

/** A vSphere whose answers a test decides, over plain HTTP on loopback. */
export const startStub = async (handlers: Handlers): Promise<Stub> => {
  const calls: StubCall[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [method = "", args] =
      parseXml(await read(request))
        .find("Envelope", "Body")
        ?.entries()[0] ?? [];
    if (args === undefined) throw new TypeError("no call");
    const call = { method, args, cookie: request.headers.cookie ?? "" };
    calls.push(call);
    const handler = handlers[method] ?? DEFAULTS[method];
    const told = await (handler === undefined ? fault("MethodNotFound", method) : handler(call));
    if (told === undefined) {
      request.socket.destroy();
      return;
    }
    if (method === "Login") response.setHeader("set-cookie", `vmware_soap_session="s${calls.length}"; Path=/; HttpOnly`);
    const { status, text } =
      typeof told === "string" ? { status: 200, text: wrap(`<${method}Response>${told}</${method}Response>`) } : told;
    response.writeHead(status, { "content-type": "text/xml" }).end(text);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    count: (method) => calls.filter((call) => call.method === method).length,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
