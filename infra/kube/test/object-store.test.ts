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

test.each<{ title: string; revision: string; items: readonly KubeObject[]; agrees: boolean }>([
  { title: "of the same forms", revision: "14", items: [pod("a", "12"), pod("c", "7")], agrees: true },
  { title: "made before both were told", revision: "11", items: [pod("a", "5"), pod("b", "6"), pod("c", "7")], agrees: true },
  { title: "made between the two", revision: "12", items: [pod("a", "12"), pod("b", "6"), pod("c", "7")], agrees: true },
  {
    title: "that shows what has been deleted before it was made",
    revision: "14",
    items: [pod("a", "12"), pod("b", "6"), pod("c", "7")],
    agrees: false,
  },
  {
    title: "that shows a form older than one told before it was made",
    revision: "14",
    items: [pod("a", "5"), pod("c", "7")],
    agrees: false,
  },
  { title: "that shows another form", revision: "14", items: [pod("a", "12"), pod("c", "14")], agrees: false },
  { title: "that shows another object of the same name", revision: "14", items: [pod("a", "12"), pod("c", "7", "another")], agrees: false },
  { title: "that shows what was never told", revision: "14", items: [pod("a", "12"), pod("c", "7"), pod("d", "14")], agrees: false },
  {
    title: "that is older and shows what was never told",
    revision: "11",
    items: [pod("a", "5"), pod("b", "6"), pod("c", "7"), pod("d", "9")],
    agrees: false,
  },
  { title: "that misses what is known", revision: "14", items: [pod("a", "12")], agrees: false },
  {
    title: "that is older and misses what was known before it was made",
    revision: "11",
    items: [pod("a", "5"), pod("b", "6")],
    agrees: false,
  },
  { title: "that is older and misses what was made after it", revision: "11", items: [pod("b", "6"), pod("c", "7")], agrees: true },
  { title: "whose revision is no number", revision: "x", items: [pod("a", "5"), pod("b", "6"), pod("c", "7")], agrees: false },
])("a list $title agrees: $agrees", ({ revision, items, agrees }) => {
  expect(store().agreesWith({ items, revision }, TOLD)).toBe(agrees);
});

test.each([undefined, "", null as unknown as string])(
  "objects of the revision %j agree with nothing, for they may be of any form",
  (none) => {
    const objects = new ObjectStore();
    objects.replace([pod("a", none)]);
    expect(objects.agreesWith({ items: [pod("a", none)], revision: "14" }, TOLD)).toBe(false);
  },
);

test("a deletion told before a list was asked for excuses nothing that the list shows", () => {
  const objects = store();
  objects.beginList();
  expect(objects.agreesWith({ items: [pod("a", "12"), pod("b", "6"), pod("c", "7")], revision: "12" }, TOLD)).toBe(false);
});

test("before the first list nothing is known", () => {
  expect(new ObjectStore().agreesWith({ items: [pod("a", "5")], revision: "5" }, "")).toBe(false);
});
