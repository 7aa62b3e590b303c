import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { objectBody } from "../src/kubernetes/api/body.ts";
import type { Call } from "../src/kubernetes/api/call.ts";
import { ApiStatusError } from "../src/kubernetes/api-status.ts";
import { jsonPatch } from "../src/kubernetes/patch/json-patch.ts";
import { mergePatch } from "../src/kubernetes/patch/merge-patch.ts";
import { strategicMergePatch } from "../src/kubernetes/patch/strategic-merge-patch.ts";
import { decodeKubeProtobuf } from "../src/kubernetes/schema/kube-protobuf.ts";
import { labelSelector } from "../src/kubernetes/selectors/label-selector.ts";
import { humanDuration } from "../src/kubernetes/printing/human-duration.ts";

const endOf = (attempt: () => unknown): "done" | "refused" | "broken" => {
  try {
    attempt();
    return "done";
  } catch (error) {
    return error instanceof ApiStatusError && error.code < 500 ? "refused" : "broken";
  }
};

const decodedBody = (body: Buffer): unknown =>
  objectBody({ body, segments: [], request: { headers: { "content-type": "application/vnd.kubernetes.protobuf" } } } as unknown as Call);

describe("JSON merge patch", () => {
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: [1] }, { a: [2, 3] }, { a: [2, 3] }],
    [{ a: { b: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
    [{}, { a: { b: { c: null } } }, { a: { b: {} } }],
  ])("makes of %j by %j", (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});

describe("JSON patch", () => {
  it.each([
    [{ a: [1, 3] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2, 3] }],
    [{ a: { "x/y": 1 } }, [{ op: "remove", path: "/a/x~1y" }], { a: {} }],
    [{ a: 1, b: 2 }, [{ op: "move", from: "/a", path: "/c" }], { b: 2, c: 1 }],
    [{ a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/d" }], { a: { b: 1 }, d: { b: 1 } }],
    [{ a: 1 }, [{ op: "replace", path: "", value: { z: 1 } }], { z: 1 }],
  ])("makes of %j by %j", (target, patch, result) => {
    expect(jsonPatch(target, patch)).toEqual(result);
  });

  it("leaves the document as it was, and fails with a status for whatever it is given", () => {
    const document = Object.freeze({ list: Object.freeze([1, 2]), map: Object.freeze({ key: "x" }) });
    const operation = fc.record({
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "nope"),
      path: fc.constantFrom("", "/", "/list/0", "/list/-", "/list/9", "/map/key", "/map/none/x", "bad"),
      from: fc.constantFrom("/map", "/list/1", "/none"),
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), (patch) => {
        expect(endOf(() => jsonPatch(document, patch))).not.toBe("broken");
        expect(document).toEqual({ list: [1, 2], map: { key: "x" } });
      }),
    );
  });
});

describe("strategic merge patch", () => {
  const live = {
    spec: {
      containers: [
        { name: "a", image: "1", env: [{ name: "X", value: "1" }] },
        { name: "b", image: "1" },
      ],
      tolerations: [{ key: "t" }],
    },
  };

  it.each<[string, object, object]>([
    [
      "merges containers by name",
      { spec: { containers: [{ name: "b", image: "2" }] } },
      { containers: [{ name: "a" }, { name: "b", image: "2" }] },
    ],
    [
      "merges variables by name",
      { spec: { containers: [{ name: "a", env: [{ name: "Y", value: "2" }] }] } },
      { containers: [{ env: [{ name: "X" }, { name: "Y" }] }, {}] },
    ],
    ["deletes an entry", { spec: { containers: [{ name: "a", $patch: "delete" }] } }, { containers: [{ name: "b" }] }],
    ["replaces a list", { spec: { containers: [{ $patch: "replace" }, { name: "c", image: "3" }] } }, { containers: [{ name: "c" }] }],
    [
      "orders a list",
      { spec: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] } },
      { containers: [{ name: "b" }, { name: "a" }] },
    ],
    ["replaces a list without a key", { spec: { tolerations: [{ key: "u" }] } }, { tolerations: [{ key: "u" }] }],
    ["retains named keys", { spec: { $retainKeys: ["tolerations"] } }, { tolerations: [{ key: "t" }] }],
  ])("%s", (...[, patch, spec]) => {
    expect(strategicMergePatch(live, patch)).toMatchObject({ spec });
  });

  it("removes values of a plain list", () => {
    const target = { metadata: { finalizers: ["a", "b"] } };
    const patch = { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"], finalizers: ["c"] } };
    expect(strategicMergePatch(target, patch)).toEqual({ metadata: { finalizers: ["b", "c"] } });
  });

  it.each([
    ["an entry without its key", { spec: { containers: [{ image: "x" }] } }, "does not contain declared merge key: name"],
    ["an unknown directive", { spec: { $patch: "sideways" } }, 'Unknown patch type: "sideways"'],
  ])("refuses %s", (...[, patch, message]) => {
    expect(() => strategicMergePatch(live, patch)).toThrow(message);
  });
});

describe("input from outside", () => {
  it("never fails on a label selector but with a 400", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "=", "!", ",", "(", ")", " ", "in", "notin", "<", "1") }), (text) => {
        expect(endOf(() => labelSelector(text)({ a: "1" }))).not.toBe("broken");
      }),
    );
  });

  it("reads protobuf objects of Go clients, and fails in words on broken ones", () => {
    const hex = "6b3873000a0f0a02763112094e616d65737061636512120a0c0a0464656d6f120022005a0012001a00";
    expect(decodeKubeProtobuf(Buffer.from(hex, "hex"))).toMatchObject({ apiVersion: "v1", kind: "Namespace", metadata: { name: "demo" } });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const body = Buffer.concat([Buffer.from("6b387300", "hex"), bytes]);
        expect(endOf(() => decodedBody(body))).not.toBe("broken");
      }),
    );
  });
});

describe("durations", () => {
  it.each([
    [45, "45s"],
    [119, "119s"],
    [125, "2m5s"],
    [47 * 60, "47m"],
    [5 * 3600 + 180, "5h3m"],
    [76 * 3600, "3d4h"],
    [12 * 86_400, "12d"],
    [770 * 86_400, "2y40d"],
  ])("prints %i seconds as %s", (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});
