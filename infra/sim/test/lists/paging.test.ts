import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../src/kubernetes/kube-object.ts";
import { KubeApiBed, type Reply } from "../kube-api-bed.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

const metaOf = (reply: Reply): ListMeta => reply.json["metadata"] as ListMeta;
const namesOf = (reply: Reply): string[] => (reply.json["items"] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
const token = (content: unknown): string => Buffer.from(JSON.stringify(content), "utf8").toString("base64url");

describe("a list in chunks", () => {
  let bed: KubeApiBed;
  beforeEach(async () => {
    bed = await KubeApiBed.start();
    for (const name of ["a", "b", "c", "d"]) await create(name);
  });
  afterEach(() => bed.api.close());

  const create = (name: string): Promise<Reply> =>
    bed.ask(MAPS, { method: "POST", body: { metadata: { name, labels: { set: name < "c" ? "x" : "y" } } } });

  const rest = async (first: Reply): Promise<string[]> => {
    const next = metaOf(first).continue;
    if (next === undefined) return namesOf(first);
    return [...namesOf(first), ...(await rest(await bed.ask(`${MAPS}?limit=1&continue=${next}`)))];
  };

  it("shows one revision in all its pages, whatever is written meanwhile", async () => {
    const first = await bed.ask(`${MAPS}?limit=1`);
    expect(metaOf(first)).toMatchObject({ remainingItemCount: 3 });
    await create("aa");
    await bed.ask(`${MAPS}/c`, { method: "DELETE" });
    await bed.ask(`${MAPS}/d`, { method: "PUT", body: { metadata: { name: "d" }, data: { k: "new" } } });
    const second = await bed.ask(`${MAPS}?limit=5&continue=${metaOf(first).continue ?? ""}`);
    expect([namesOf(second), metaOf(second)]).toEqual([["b", "c", "d"], { resourceVersion: metaOf(first).resourceVersion }]);
    expect((second.json["items"] as Json[])[2]).not.toHaveProperty("data");
    expect(await rest(first)).toEqual(["a", "b", "c", "d"]);
    expect(namesOf(await bed.ask(MAPS))).toEqual(["a", "aa", "b", "d"]);
  });

  it("fills pages with what is selected, without a count of the rest", async () => {
    const first = await bed.ask(`${MAPS}?limit=1&labelSelector=set%3Dy`);
    expect([namesOf(first), metaOf(first).remainingItemCount]).toEqual([["c"], undefined]);
    const second = await bed.ask(`${MAPS}?limit=1&labelSelector=set%3Dy&continue=${metaOf(first).continue ?? ""}`);
    expect([namesOf(second), metaOf(second).continue]).toEqual([["d"], undefined]);
  });

  it("comes as a whole when any revision will do, and across namespaces and kinds without one", async () => {
    expect(namesOf(await bed.ask(`${MAPS}?limit=1&resourceVersion=0`))).toHaveLength(4);
    const first = await bed.ask("/api/v1/namespaces?limit=1");
    expect(namesOf(await bed.ask(`/api/v1/namespaces?limit=1&continue=${metaOf(first).continue ?? ""}`))).toEqual(["kube-node-lease"]);
  });

  it("gives the state of an exact revision, and of one not older than another", async () => {
    const before = metaOf(await bed.ask(MAPS)).resourceVersion;
    await create("e");
    expect(namesOf(await bed.ask(`${MAPS}?resourceVersion=${before}&resourceVersionMatch=Exact`))).toEqual(["a", "b", "c", "d"]);
    expect(namesOf(await bed.ask(`${MAPS}?resourceVersion=${before}&resourceVersionMatch=NotOlderThan`))).toHaveLength(5);
  });

  it("expires with its revision, and offers the rest of now", async () => {
    const first = await bed.ask(`${MAPS}?limit=2`);
    const { store } = bed;
    const resource = store.resource("ConfigMap");
    for (let count = 0; count < 2000; count += 1) {
      store.create(resource, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `x-${count}`, namespace: "kube-public" } });
    }
    const gone = await bed.ask(`${MAPS}?limit=2&continue=${metaOf(first).continue ?? ""}`);
    expect(gone.json).toMatchObject({
      code: 410,
      reason: "Expired",
      message: expect.stringContaining("too old to display a consistent list") as string,
    });
    expect(namesOf(await bed.ask(`${MAPS}?continue=${metaOf(gone).continue ?? ""}`))).toEqual(["c", "d"]);
    const exact = await bed.ask(`${MAPS}?resourceVersion=3&resourceVersionMatch=Exact`);
    expect(exact.json).toMatchObject({ code: 410, message: "The resourceVersion for the provided list is too old." });
  });

  it.each([
    ["a token that is no base64", "continue=***", 400, "invalid continue token: continue key is not valid: illegal base64"],
    ["a token that is no JSON", "continue=AAAA", 400, "invalid continue token: continue key is not valid: "],
    ["a token of another version", `continue=${token({ v: "v9" })}`, 400, "server does not recognize this encoded version v9"],
    ["a token without revision", `continue=${token({ v: "meta.k8s.io/v1", start: "x" })}`, 400, "incorrect encoded start resourceVersion"],
    ["a token without start", `continue=${token({ v: "meta.k8s.io/v1", rv: 1 })}`, 400, "encoded start key empty"],
    ["a token that climbs", `continue=${token({ v: "meta.k8s.io/v1", rv: 1, start: "../x" })}`, 400, "continue key is not valid: ../x"],
    [
      "a revision beside a token",
      `resourceVersion=1&continue=${token({ v: "meta.k8s.io/v1", rv: 1, start: "a" })}`,
      400,
      "specifying resource version is not allowed when using continue",
    ],
    ["a limit that is no number", "limit=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ["a match without revision", "resourceVersionMatch=Exact", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided"],
    [
      "an unknown match",
      "resourceVersion=1&resourceVersionMatch=Some",
      422,
      'Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      "the exact revision 0",
      "resourceVersion=0&resourceVersionMatch=Exact",
      422,
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    ["events first", "sendInitialEvents=true", 422, "sendInitialEvents is forbidden for list"],
  ])("refuses %s", async (...[, query, code, message]) => {
    expect((await bed.ask(`${MAPS}?${query}`)).json).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});
