import type { KubeObject } from "./kube-client.ts";
import { nameOf } from "./view.ts";

/** What tells an object, and one form of it, from all others. */
export interface ObjectHead {
  /** `namespace/name`, or the name of what lives in no namespace. */
  readonly key: string;
  readonly uid: string | undefined;
  readonly revision: string | undefined;
}

/** One change of an object; `object` may be read from its line only when somebody asks for it. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
  /** Where it is known without reading the object. */
  readonly head?: ObjectHead;
}

const TEXT = String.raw`"([^"\\]*)"`;
/** How API servers begin the event of an object of a kind of their own: these fields, in this order. */
const START = new RegExp(
  String.raw`^\{"type":"(ADDED|MODIFIED|DELETED)","object":\{"kind":"[^"\\]+","apiVersion":"[^"\\]+","metadata":\{` +
    `"name":${TEXT},(?:"generateName":${TEXT},)?(?:"namespace":${TEXT},)?"uid":${TEXT},"resourceVersion":${TEXT}[,}]`,
);

const headFrom = ({ metadata }: KubeObject): ObjectHead => ({
  key: nameOf(metadata),
  uid: metadata.uid,
  revision: metadata.resourceVersion,
});

export const headOf = (change: Change): ObjectHead => change.head ?? headFrom(change.object);

/** The change of a line, whose object is read on demand and then kept. */
class LineChange implements Change {
  readonly type: Change["type"];
  readonly head: ObjectHead;
  readonly #read: () => KubeObject;
  #object: KubeObject | undefined;

  constructor(type: Change["type"], head: ObjectHead, read: () => KubeObject) {
    this.type = type;
    this.head = head;
    this.#read = read;
  }

  get object(): KubeObject {
    this.#object ??= this.#read();
    return this.#object;
  }
}

/** A part of a line that does not keep the whole of it in memory. */
const own = <T extends string | undefined>(part: T): T => (part === undefined ? part : (Buffer.from(part).toString() as T));

/**
 * The change of a line of a watch that begins and ends as API servers write it; undefined for any other line. Of thousands of objects that
 * change, somebody looks at few, and reading the others is most of what a watch costs. `read` reads the whole line.
 */
export const changeOfLine = (line: string, read: (line: string) => KubeObject): Change | undefined => {
  const start = line.endsWith("}}") ? START.exec(line) : null;
  if (start === null) return undefined;
  const [, type, name = "", , namespace, uid, revision] = start;
  // Bytes, for thousands of long texts keep the garbage collector busy.
  const bytes = Buffer.from(line);
  return new LineChange(type as Change["type"], { key: own(nameOf({ name, namespace })), uid: own(uid), revision: own(revision) }, () =>
    read(bytes.toString()),
  );
};
