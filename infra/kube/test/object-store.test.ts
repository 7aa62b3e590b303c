import { expect, test } from "vitest";
import type { KubeObject } from "../src/kube-client.ts";
import { ObjectStore } from "../src/object-store.ts";

const pod = (name: string, resourceVersion?: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "kubera", uid, ...(resourceVersion !== undefined && { resourceVersion }) },
});

/** Listed at revision 10 with `a` and `b`; then a list is asked for, and the watch tells that `a` changed at 12 and `b` went at 13. */
const store = (): ObjectStore => {
  const objects = new ObjectStore();
  objects.replace([pod("a", "5"), pod("b", "6"), pod("c", "7")]);
  objects.beginList();
  objects.apply({ type: "MODIFIED", object: pod("a", "12") });
  objects.apply({ type: "DELETED", object: pod("b", "13") });
  return objects;
};

const TOLD = "13";

test.each<[string, string, readonly KubeObject[], boolean]>([
  ["of the same forms", "14", [pod("a", "12"), pod("c", "7")], true],
  ["made before both were told", "11", [pod("a", "5"), pod("b", "6"), pod("c", "7")], true],
  ["made between the two", "12", [pod("a", "12"), pod("b", "6"), pod("c", "7")], true],
  ["that shows what has been deleted before it was made", "14", [pod("a", "12"), pod("b", "6"), pod("c", "7")], false],
  ["that shows a form older than one told before it was made", "14", [pod("a", "5"), pod("c", "7")], false],
  ["that shows another form", "14", [pod("a", "12"), pod("c", "14")], false],
  ["that shows another object of the same name", "14", [pod("a", "12"), pod("c", "7", "another")], false],
  ["that shows what was never told", "14", [pod("a", "12"), pod("c", "7"), pod("d", "14")], false],
  ["that is older and shows what was never told", "11", [pod("a", "5"), pod("b", "6"), pod("c", "7"), pod("d", "9")], false],
  ["that misses what is known", "14", [pod("a", "12")], false],
  ["that is older and misses what was known before it was made", "11", [pod("a", "5"), pod("b", "6")], false],
  ["that is older and misses what was made after it", "11", [pod("b", "6"), pod("c", "7")], true],
  ["whose revision is no number", "x", [pod("a", "5"), pod("b", "6"), pod("c", "7")], false],
])("a list %s agrees or not", (_title, revision, items, agrees) => {
  expect(store().agreesWith({ items, revision }, TOLD)).toBe(agrees);
});

test("objects that carry no revision agree with nothing, for they may be of any form", () => {
  const objects = new ObjectStore();
  objects.replace([pod("a")]);
  expect(objects.agreesWith({ items: [pod("a")], revision: "14" }, TOLD)).toBe(false);
});

test("a deletion told before a list was asked for excuses nothing that the list shows", () => {
  const objects = store();
  objects.beginList();
  expect(objects.agreesWith({ items: [pod("a", "12"), pod("b", "6"), pod("c", "7")], revision: "12" }, TOLD)).toBe(false);
});

test("before the first list nothing is known", () => {
  expect(new ObjectStore().agreesWith({ items: [pod("a", "5")], revision: "5" }, "")).toBe(false);
});
