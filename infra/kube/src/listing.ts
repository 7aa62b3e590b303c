import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { KubeObject } from "./kube-client.ts";
import type { Listing } from "./reflector.ts";
import { refusedStatus } from "./refusal.ts";

interface ListBody {
  readonly apiVersion?: string | null;
  readonly kind?: string | null;
  readonly metadata?: { readonly resourceVersion?: string | null; readonly continue?: string | null } | null;
  readonly items?: readonly KubeObject[] | null;
}

/** Asks for one page; `continuation` is empty for the first. */
export type AskPage = (query: Readonly<Record<string, string | number>>) => Promise<unknown>;

const PAGE_SIZE = 500;
const GONE = 410;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isNamed = (item: unknown): boolean =>
  isRecord(item) && isRecord(item["metadata"]) && typeof item["metadata"]["name"] === "string" && item["metadata"]["name"] !== "";

const isAbsentOr = (value: unknown, holds: (value: unknown) => boolean): boolean => value === undefined || value === null || holds(value);
const isText = (value: unknown): boolean => typeof value === "string";

/** What makes an answer no list; undefined when it is one. */
const faultOf = (body: unknown): string | undefined => {
  if (!isRecord(body)) return `it is ${body === null ? "null" : Array.isArray(body) ? "an array" : typeof body}`;
  const { items, metadata, kind, apiVersion } = body;
  if (!isAbsentOr(items, Array.isArray)) return `its items are ${typeof items}`;
  if (!isAbsentOr(metadata, isRecord)) return `its metadata are ${typeof metadata}`;
  const { resourceVersion, continue: next } = (metadata ?? {}) as Record<string, unknown>;
  if (![resourceVersion, next, kind, apiVersion].every((value) => isAbsentOr(value, isText)))
    return "its kind, apiVersion, resourceVersion and continue are not all text";
  const nameless = ((items ?? []) as unknown[]).findIndex((item) => !isNamed(item));
  return nameless === -1 ? undefined : `its item ${nameless} is no object with a name`;
};

const checked = (body: unknown): ListBody => {
  const fault = faultOf(body);
  if (fault === undefined) return body as ListBody;
  throw new KuberaError("RESPONSE_INVALID", {
    what: "an answer to a list call is no list of Kubernetes objects",
    where: "the answer to a list call",
    because: fault,
    fix: "Look whether the kubeconfig's server is a Kubernetes API server.",
  });
};

const isPresent = (value: string | null | undefined): value is string => value !== undefined && value !== null;

/** Items of a list carry no kind of their own. */
const withKind = ({ apiVersion, kind, items }: ListBody): KubeObject[] => {
  const own = { ...(isPresent(apiVersion) && { apiVersion }), ...(isPresent(kind) && { kind: kind.replace(/List$/, "") }) };
  return (items ?? []).map((item) => ({ ...own, ...item }));
};

/** One page, or a whole list. Error: `RESPONSE_INVALID`. */
export const parseList = (body: unknown): Listing & { readonly next: string } => {
  const list = checked(body);
  return { items: withKind(list), revision: list.metadata?.resourceVersion ?? "", next: list.metadata?.continue ?? "" };
};

/** What caches answers, or drops the query, sends one page for ever. */
const endless = (): KuberaError =>
  new KuberaError("RESPONSE_INVALID", {
    what: "a list does not end",
    where: "the answer to a list call",
    because: "the page after a page is that page again",
    fix: "Look whether a proxy before the API server drops the query of a request, or caches answers.",
  });

const allPages = async (ask: AskPage): Promise<Listing> => {
  const items: KubeObject[] = [];
  let query: Readonly<Record<string, string | number>> = { limit: PAGE_SIZE };
  for (;;) {
    const page = parseList(await ask(query));
    items.push(...page.items);
    const { next, revision } = page;
    if (next === "") return { items, revision };
    if (next === query["continue"]) throw endless();
    query = { limit: PAGE_SIZE, continue: next };
  }
};

/** A whole list, page by page; once more without pages when the server forgot where it was. */
export const listAll = async (ask: AskPage): Promise<Listing> => {
  try {
    return await allPages(ask);
  } catch (error) {
    if (refusedStatus(error) !== GONE) throw error;
    return parseList(await ask({}));
  }
};
