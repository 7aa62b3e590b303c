import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { KubeObject } from "./kube-client.ts";
import type { Listing } from "./reflector.ts";
import { refusedStatus } from "./refusal.ts";

interface ListBody {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
}

/** Asks for one page; `continuation` is empty for the first. */
export type AskPage = (query: Readonly<Record<string, string | number>>) => Promise<unknown>;

const PAGE_SIZE = 500;
const GONE = 410;

const checked = (body: unknown): ListBody => {
  if (typeof body === "object" && body !== null && Array.isArray((body as ListBody).items ?? [])) return body;
  throw new KuberaError("RESPONSE_INVALID", {
    what: "a list of Kubernetes objects has no items",
    where: "the answer to a list call",
    because: `it is ${body === null ? "null" : typeof body}`,
    fix: "Look whether the kubeconfig's server is a Kubernetes API server.",
  });
};

/** Items of a list carry no kind of their own. */
const withKind = ({ apiVersion, kind, items }: ListBody): KubeObject[] => {
  const own = { ...(apiVersion !== undefined && { apiVersion }), ...(kind !== undefined && { kind: kind.replace(/List$/, "") }) };
  return (items ?? []).map((item) => ({ ...own, ...item }));
};

const allPages = async (ask: AskPage): Promise<Listing> => {
  const items: KubeObject[] = [];
  let query: Readonly<Record<string, string | number>> = { limit: PAGE_SIZE };
  for (;;) {
    const page = checked(await ask(query));
    items.push(...withKind(page));
    const next = page.metadata?.continue ?? "";
    if (next === "") return { items, revision: page.metadata?.resourceVersion ?? "" };
    query = { limit: PAGE_SIZE, continue: next };
  }
};

/** A whole list, page by page; once more without pages when the server forgot where it was. */
export const listAll = async (ask: AskPage): Promise<Listing> => {
  try {
    return await allPages(ask);
  } catch (error) {
    if (refusedStatus(error) !== GONE) throw error;
    const body = checked(await ask({}));
    return { items: withKind(body), revision: body.metadata?.resourceVersion ?? "" };
  }
};
