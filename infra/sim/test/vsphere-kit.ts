import { request } from "node:https";
import { createAuthority } from "../src/certificates/authority.ts";
import { DataCenter } from "../src/datacenter/data-center.ts";
import type { MachineSpec } from "../src/datacenter/machine.ts";
import { SimTime } from "../src/datacenter/sim-time.ts";
import { renderElement } from "../src/vsphere/render.ts";
import { startVsphere, type VsphereOptions, type VsphereServer } from "../src/vsphere/start-vsphere.ts";
import { parseXml, type XmlElement } from "../src/vsphere/xml-element.ts";

const machine = (id: string, name: string, esxHost: string): MachineSpec => ({
  id,
  name,
  cluster: "server",
  node: name,
  plane: "control",
  esxHost,
  diskGib: 20,
});

export const CREDENTIALS = { username: "tester@vsphere.local", password: ' p&<w"ö ' };

/** An answer as it came: the fault is the detail's only element. */
export interface SoapAnswer {
  readonly status: number;
  readonly setCookie: string | undefined;
  readonly values: readonly XmlElement[];
  readonly fault: { readonly type: string | undefined; readonly message: string; readonly detail: XmlElement } | undefined;
}

const readAnswer = (status: number, setCookie: string | undefined, text: string): SoapAnswer => {
  const body = text === "" ? undefined : parseXml(text).child("Body")?.children[0];
  const detail = body?.name === "Fault" ? body.child("detail")?.children[0] : undefined;
  return {
    status,
    setCookie,
    values: body?.all("returnval") ?? [],
    fault: detail === undefined ? undefined : { type: detail.xsiType, message: body?.textOf("faultstring") ?? "", detail },
  };
};

/** A hand-made client: raw XML in, elements out. */
export class SoapClient {
  cookie: string | undefined;
  readonly #url: string;
  readonly #ca: string;

  constructor(url: string, ca: string) {
    this.#url = url;
    this.#ca = ca;
  }

  send(
    body: string,
    options: { readonly method?: string; readonly path?: string; readonly signal?: AbortSignal } = {},
  ): Promise<SoapAnswer> {
    const { promise, resolve, reject } = parts<SoapAnswer>();
    const call = request(
      new URL(options.path ?? "/sdk", this.#url),
      {
        method: options.method ?? "POST",
        ca: this.#ca,
        agent: false,
        headers: { "content-type": "text/xml", ...(this.cookie === undefined ? {} : { cookie: this.cookie }) },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("end", () => resolve(readAnswer(answer.statusCode ?? 0, answer.headers["set-cookie"]?.[0], text)));
        answer.on("error", reject);
      },
    );
    call.once("error", reject);
    call.end(body);
    return promise;
  }

  call(method: string, self: string, args: string | { readonly args: string; readonly signal: AbortSignal } = ""): Promise<SoapAnswer> {
    const [type, id] = self.split(":");
    const body = `<${method} xmlns="urn:vim25"><_this type="${type}">${id ?? type}</_this>${typeof args === "string" ? args : args.args}</${method}>`;
    return this.send(
      `<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>${body}</e:Body></e:Envelope>`,
      typeof args === "string" ? {} : { signal: args.signal },
    );
  }

  async login(credentials = CREDENTIALS): Promise<SoapAnswer> {
    const args = renderElement("userName", credentials.username) + renderElement("password", credentials.password);
    const answer = await this.call("Login", "SessionManager", args);
    this.cookie = answer.setCookie?.split(";")[0];
    return answer;
  }

  /** Properties of one object by path; text for scalars. */
  async properties(object: string, ...paths: readonly string[]): Promise<Map<string, XmlElement>> {
    const [type, id] = object.split(":");
    const wanted = paths.length === 0 ? "<all>true</all>" : paths.map((path) => `<pathSet>${path}</pathSet>`).join("");
    const spec = `<specSet><propSet><type>${type}</type>${wanted}</propSet><objectSet><obj type="${type}">${id ?? type}</obj></objectSet></specSet>`;
    const answer = await this.call("RetrievePropertiesEx", "PropertyCollector:propertyCollector", `${spec}<options/>`);
    if (answer.fault !== undefined) throw new Error(`${answer.fault.type}: ${answer.fault.message}`);
    const content = answer.values[0]?.child("objects");
    return new Map(content?.all("propSet").map((property) => [property.textOf("name") ?? "", property.child("val") ?? property]));
  }

  async property(object: string, path: string): Promise<string | undefined> {
    return (await this.properties(object, path)).get(path)?.text;
  }

  /** Starts a task and answers its reference: `Task:task-1`. */
  async start(method: string, self: string, args = ""): Promise<string> {
    return `Task:${await this.value(method, self, args)}`;
  }

  /** Waits for the end of a task as real clients do: by updates of its info. */
  async finish(task: string): Promise<XmlElement> {
    const collector = await this.collector(filterSpec(task, ["info"]));
    for (let version = ""; ;) {
      const set = await this.updates(collector, version);
      version = set?.textOf("version") ?? version;
      const info = changesOf(set)
        .find((change) => change.textOf("name") === "info")
        ?.child("val");
      if (info === undefined || !["success", "error"].includes(info.textOf("state") ?? "")) continue;
      await this.call("DestroyPropertyCollector", collector);
      return info;
    }
  }

  /** A new collector with one filter. */
  async collector(spec: string): Promise<string> {
    const collector = `PropertyCollector:${await this.value("CreatePropertyCollector", "PropertyCollector:propertyCollector")}`;
    await this.value("CreateFilter", collector, `${spec}<partialUpdates>false</partialUpdates>`);
    return collector;
  }

  async updates(collector: string, version: string, options = "<options/>"): Promise<XmlElement | undefined> {
    const answer = await this.call("WaitForUpdatesEx", collector, `<version>${version}</version>${options}`);
    if (answer.fault !== undefined) throw new Error(`${answer.fault.type}: ${answer.fault.message}`);
    return answer.values[0];
  }

  /** The text of the one value that a method answers. */
  async value(method: string, self: string, args = ""): Promise<string> {
    const answer = await this.call(method, self, args);
    if (answer.fault !== undefined) throw new Error(`${answer.fault.type}: ${answer.fault.message}`);
    return answer.values[0]?.text ?? "";
  }

  async run(method: string, self: string, args = ""): Promise<XmlElement> {
    return this.finish(await this.start(method, self, args));
  }
}

/** A filter over one object. */
export const filterSpec = (object: string, paths: readonly string[]): string => {
  const [type, id] = object.split(":");
  const wanted = paths.map((path) => `<pathSet>${path}</pathSet>`).join("");
  return `<spec><propSet><type>${type}</type>${wanted}</propSet><objectSet><obj type="${type}">${id ?? type}</obj></objectSet></spec>`;
};

export const objectsOf = (set: XmlElement | undefined): readonly XmlElement[] =>
  set?.all("filterSet").flatMap((filter) => filter.all("objectSet")) ?? [];

export const changesOf = (set: XmlElement | undefined): readonly XmlElement[] =>
  objectsOf(set).flatMap((object) => object.all("changeSet"));

const parts = <T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } => {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

/** A running vSphere over two VMs on two hosts, both off, and a client that is logged in. */
export interface Lab extends AsyncDisposable {
  readonly dataCenter: DataCenter;
  readonly server: VsphereServer;
  readonly client: SoapClient;
  readonly log: string[];
  readonly caPem: string;
  newClient(): SoapClient;
}

export const openLab = async (
  options: Partial<Pick<VsphereOptions, "taskHook" | "guestAddress">> & { readonly speed?: number } = {},
): Promise<Lab> => {
  const { speed = 1000, ...rest } = options;
  const authority = await createAuthority();
  const dataCenter = new DataCenter([machine("vm-101", "one", "esx-a"), machine("vm-102", "two", "esx-b")], new SimTime(speed));
  const log: string[] = [];
  const server = await startVsphere({ dataCenter, authority, credentials: CREDENTIALS, log: (line) => log.push(line), ...rest });
  const newClient = (): SoapClient => new SoapClient(server.url, authority.certPem);
  const client = newClient();
  await client.login();
  return { dataCenter, server, client, log, caPem: authority.certPem, newClient, [Symbol.asyncDispose]: () => server.close() };
};
