import { applied, type Application, type Applied } from "./apply.ts";
import { difference, NO_FIELDS, union, type FieldSet } from "./field-set.ts";
import { isMap, type Fields } from "./parts.ts";
import { compared, fieldsIn } from "./walks.ts";

const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

const annotationsOf = (object: Fields): Fields => {
  const metadata = object["metadata"];
  const annotations = isMap(metadata) ? metadata["annotations"] : undefined;
  return isMap(annotations) ? annotations : {};
};

const parsed = (text: unknown): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(String(text));
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What kubectl applied from its side and nobody changed since: its own, whoever the managers are. */
const ownOf = ({ type, live }: Application): FieldSet => {
  const config = parsed(annotationsOf(live)[ANNOTATION]);
  if (config === undefined || config["apiVersion"] !== live["apiVersion"]) return NO_FIELDS;
  const { added, removed, modified } = compared(type, config, live);
  return difference(fieldsIn(type, config), union(union(added, removed), modified));
};

const has = (set: FieldSet, path: readonly string[]): boolean => {
  const [element = "", ...rest] = path;
  const node = set.get(element);
  return node !== undefined && (rest.length === 0 ? node.own : has(node.below, rest));
};

const withAnnotation = (object: Fields, { config }: Application): Fields => {
  const annotations = annotationsOf(object);
  if (annotations[ANNOTATION] === undefined) return object;
  const { managedFields: _managed, ...metadata } = (config["metadata"] ?? {}) as Fields;
  const text = `${JSON.stringify({ ...config, metadata })}\n`;
  return { ...object, metadata: { ...(object["metadata"] as Fields), annotations: { ...annotations, [ANNOTATION]: text } } };
};

/** As `applied`; kubectl also takes over what it applied from its side before, and keeps its annotation of that up to date. */
export const appliedByKubectl = (request: Application): Applied => {
  const result = applied(request);
  if (request.writer.manager !== "kubectl") return result;
  const own = result.conflicts.length === 0 ? NO_FIELDS : ownOf(request);
  const conflicts = result.conflicts.filter(({ path }) => !has(own, path));
  if (conflicts.length > 0) return { ...result, conflicts };
  const taken = result.conflicts.length === 0 ? result : applied({ ...request, force: true });
  return { ...taken, object: withAnnotation(taken.object, request) };
};
