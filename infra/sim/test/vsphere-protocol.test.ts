import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Task } from "../src/vsphere/task.ts";
import { renderElement, renderFault, renderResponse } from "../src/vsphere/render.ts";
import { anything, data, enumeration, int, list, long, ref, refs, type Value } from "../src/vsphere/value.ts";
import { VimFault } from "../src/vsphere/vim-fault.ts";
import { parseXml } from "../src/vsphere/xml-element.ts";
import { openLab, type Lab } from "./vsphere-kit.ts";

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.server.close());

describe("a call that the simulator does not know", () => {
  const cases = [
    ["MigrateVM_Task", "VirtualMachine:vm-101"],
    ["PowerOnVM_Task", "HostSystem:host-20"],
  ] as const;

  it.each(cases)("%s on %s is answered with MethodNotFound, and logged", async (method, self) => {
    const [type, id] = self.split(":");
    const answer = await lab.client.call(method, self);
    const detail = answer.fault?.detail;
    expect([answer.status, answer.fault?.type, detail?.name, detail?.textOf("method"), detail?.refOf("receiver")]).toEqual([
      500,
      "MethodNotFound",
      "MethodNotFoundFault",
      method,
      ref(type ?? "", id ?? ""),
    ]);
    expect(lab.log.at(-1)).toBe(`vsphere: MethodNotFound: The method ${method} is not known to the simulated ${type} ${id}.`);
  });

  it.each(["toString", "constructor", "hasOwnProperty"])("is not found by accident: %s", async (method) => {
    const answer = await lab.client.call(method, "VirtualMachine:vm-101");
    expect([answer.status, answer.fault?.type]).toEqual([500, expect.stringMatching(/^(MethodNotFound|InvalidRequest)$/)]);
  });

  it("on an object that is not there is ManagedObjectNotFound", async () => {
    const answer = await lab.client.call("PowerOnVM_Task", "VirtualMachine:vm-999");
    expect([answer.status, answer.fault?.type, answer.fault?.detail.refOf("obj")?.id]).toEqual([500, "ManagedObjectNotFound", "vm-999"]);
  });
});

describe("HTTP", () => {
  const envelope = (inner: string): string => `<Envelope><Body>${inner}</Body></Envelope>`;
  const broken = [
    { title: "an empty body", body: "" },
    { title: "what is not XML", body: "hello" },
    { title: "what is not well-formed", body: envelope("<Login><_this>x</Login>") },
    { title: "another document", body: "<html/>" },
    { title: "an envelope without a call", body: envelope("") },
    { title: "a call on nothing", body: envelope("<CurrentTime/>") },
    { title: "a document type", body: `<!DOCTYPE x [<!ENTITY a "b">]>${envelope("<CurrentTime><_this>&a;</_this></CurrentTime>")}` },
  ];

  it.each(broken)("answers $title with InvalidRequest", async ({ body }) => {
    const answer = await lab.client.send(body);
    expect([answer.status, answer.fault?.type]).toEqual([500, "InvalidRequest"]);
  });

  const refused = [
    { title: "another path", path: "/ui", method: "POST", status: 404 },
    { title: "another method", path: "/sdk", method: "PUT", status: 405 },
    { title: "more than a mebibyte", path: "/sdk", method: "POST", body: "x".repeat(1024 * 1024 + 1), status: 413 },
  ];

  it.each(refused)("refuses $title with $status", async ({ path, method, body, status }) => {
    expect((await lab.client.send(body ?? "", { path, method })).status).toBe(status);
  });

  it.each([
    { path: "/ui", method: "POST", logged: ["vsphere: POST /ui is not served"] },
    { path: "/about", method: "GET", logged: [] },
  ])("logs that $path is asked for only where a vCenter has an answer", async ({ path, method, logged }) => {
    const before = lab.log.length;
    expect((await lab.client.send("", { path, method })).status).toBe(404);
    expect(lab.log.slice(before)).toEqual(logged);
  });

  it("tells its version where clients look for it", async () => {
    expect((await lab.client.send("", { path: "/sdk/vimServiceVersions.xml", method: "GET" })).status).toBe(200);
  });

  it("survives whatever it is sent", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    const args = fc.array(fc.tuple(fc.constantFrom("specSet", "propSet", "name", "_this", "spec", "version", "type"), text), {
      maxLength: 4,
    });
    const method = fc.constantFrom(
      "Login",
      "RetrievePropertiesEx",
      "WaitForUpdatesEx",
      "CreateFilter",
      "CreateSnapshot_Task",
      "FindByUuid",
      "ReconfigVM_Task",
    );
    const self = fc.constantFrom("SessionManager", "propertyCollector", "vm-101", "SearchIndex", "ViewManager", "nobody");
    await fc.assert(
      fc.asyncProperty(method, self, args, async (name, id, given) => {
        const inner = given.map(([tag, value]) => renderElement(tag, value)).join("");
        const options = "<options><maxWaitSeconds>0</maxWaitSeconds></options>";
        const answer = await lab.client.call(name, `Any:${id}`, inner + options);
        expect(answer.status === 200 || answer.fault?.type !== undefined).toBe(true);
        expect(answer.fault?.type).not.toBe("SystemError");
      }),
      { numRuns: 60 },
    );
  });
});

describe("XML", () => {
  it("carries any text there and back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        // oxlint-disable-next-line eslint/no-control-regex -- XML 1.0 cannot carry these; they become U+FFFD
        const expected = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
        expect(parseXml(renderElement("v", text)).text).toBe(expected);
      }),
    );
  });

  const written = [
    ["decimal references", "a&#34;b", 'a"b'],
    ["hexadecimal references", "a&#xA;b&#x1F600;", "a\nb\u{1F600}"],
    ["names", "&lt;&gt;&amp;&quot;&apos;", "<>&\"'"],
    ["a reference to a reference", "&amp;#34;", "&#34;"],
    ["a CDATA section", "<![CDATA[<a>&#34;]]>", "<a>&#34;"],
    ["an attribute", '<x type="a&quot;b"/>', ""],
  ] as const;

  it.each(written)("reads %s", (_title, inner, expected) => {
    expect(parseXml(`<v>${inner}</v>`).text).toBe(expected);
  });

  it.each(["&nbsp;", "&#0;", "&#x110000;", "a & b"])("refuses %s", (inner) => {
    expect(() => parseXml(`<v>${inner}</v>`)).toThrow(VimFault);
  });

  const vm = ref("VirtualMachine", "vm-1");
  const rendered: readonly (readonly [string, Value, string])[] = [
    ["a string", "a<b", "<v>a&lt;b</v>"],
    ["a reference", vm, '<v type="VirtualMachine">vm-1</v>'],
    ["a list", list("xsd:int", [int(1), int(2)]), "<v>1</v><v>2</v>"],
    ["an empty list", refs([]), ""],
    ["a data object with an unset field", data("T", { a: true, b: undefined }), '<v xsi:type="T"><a>true</a></v>'],
    ["any string", anything("x"), '<v xsi:type="xsd:string">x</v>'],
    ["any long", anything(long(5)), '<v xsi:type="xsd:long">5</v>'],
    ["any enumeration", anything(enumeration("TaskInfoState", "running")), '<v xsi:type="TaskInfoState">running</v>'],
    ["any reference", anything(vm), '<v type="VirtualMachine" xsi:type="ManagedObjectReference">vm-1</v>'],
    [
      "any list of references",
      anything(refs([vm])),
      '<v xsi:type="ArrayOfManagedObjectReference"><ManagedObjectReference type="VirtualMachine" xsi:type="ManagedObjectReference">vm-1</ManagedObjectReference></v>',
    ],
    ["any list of scalars", anything(list("xsd:int", [int(1)])), '<v xsi:type="ArrayOfInt"><int>1</int></v>'],
    ["any empty list", anything(list("xsd:string", [])), '<v xsi:type="ArrayOfString"/>'],
  ];

  it.each(rendered)("writes %s", (_title, value, expected) => {
    expect(renderElement("v", value)).toBe(expected);
  });

  it("writes responses and faults as SOAP 1.1 has them", () => {
    expect(renderResponse("FindChild", [])).toContain('<soapenv:Body>\n<FindChildResponse xmlns="urn:vim25"/>\n</soapenv:Body>');
    expect(renderFault({ code: "ServerFaultCode", message: "a & b", detail: data("NotFound", {}) })).toContain(
      '<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>a &amp; b</faultstring><detail><NotFoundFault xmlns="urn:vim25" xsi:type="NotFound"/></detail></soapenv:Fault>',
    );
  });
});

describe("the info of a task", () => {
  it("carries a result with its type, and an error with its fault", () => {
    const subject = {
      method: "CreateSnapshot_Task",
      entity: ref("VirtualMachine", "vm-1"),
      entityName: "one",
      esxHost: "esx-a",
      userName: "me",
    };
    const task = new Task("task-7", subject, { nowMs: 0, cancelable: false });
    task.result = ref("VirtualMachineSnapshot", "snapshot-1-1");
    task.error = new VimFault("FileFault", "broken", { file: "x.vmdk" });
    const xml = renderElement("info", task.info());
    expect(xml).toContain('<result type="VirtualMachineSnapshot" xsi:type="ManagedObjectReference">snapshot-1-1</result>');
    expect(xml).toContain(
      '<error xsi:type="LocalizedMethodFault"><fault xsi:type="FileFault"><file>x.vmdk</file></fault><localizedMessage>broken</localizedMessage></error>',
    );
    expect(xml).toContain("<descriptionId>VirtualMachine.createSnapshot</descriptionId>");
  });
});
