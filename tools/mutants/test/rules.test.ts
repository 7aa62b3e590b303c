import { describe, expect, it } from "vitest";
import { fieldRules } from "../src/field-rules.ts";
import { roleRules } from "../src/role-rules.ts";
import { dropped, renew, withAlso } from "../src/renew.ts";
import { statusRules } from "../src/rules-of-sources.ts";
import { mutate } from "../src/source-edit.ts";

const FILE = "infra/sim/src/director/api/things.ts";

const THINGS = `const check = (call) => {
  if (call.a) throw missing("name");
  if (call.b) throw notFound(\`thing \${call.param("id")} is unknown\`);
  throw new Error("a bug");
};

const make = (call) => {
  return created(call.thing);
};
`;

describe("rules that sources show", () => {
  it("are refusals, and answers of what was done", () => {
    expect(statusRules([{ file: FILE, text: THINGS }]).map(({ id }) => id)).toEqual([
      "status:things:check:name",
      "status:things:check:thing-is-unknown",
      "status:things:make:is-answered",
    ]);
  });

  it("are broken by mutants that leave the rest alone", () => {
    const [name, , answer] = statusRules([{ file: FILE, text: THINGS }]).map(({ edit }) => mutate(THINGS, edit));
    expect(name).toEqual({ source: THINGS.replace("throw missing", "void missing") });
    expect(answer).toEqual({ source: THINGS.replace("created(", "((body: unknown) => ({ status: 405, body }))(") });
  });

  it("of one function that say the same are told apart", () => {
    const text = 'const check = () => {\n  if (a) throw invalid("no");\n  if (b)\n    throw invalid("no");\n};\n';
    expect(statusRules([{ file: FILE, text }]).map(({ id }) => id)).toEqual(["status:things:check:no", "status:things:check:no-2"]);
  });
});

const route = (method: string, path: string, asks: string) => ({ method, pattern: path.split("/"), handle: { toString: () => asks } });

describe("rules of roles", () => {
  it("are two for each route: who may, and who may not", () => {
    const routes = [route("GET", "v3/groups/:gid/nodes", "viewScope(call)"), route("POST", "v3/groups/:gid/clusters", "changeScope(call)")];
    expect(roleRules(routes).map(({ id, rule }) => [id, rule])).toEqual([
      ["role:nodes:get:readadmin-may-not", "ProjectReadAdmin may GET v3/groups/:gid/nodes"],
      ["role:nodes:get:member-may", "ProjectMember is refused GET v3/groups/:gid/nodes"],
      ["role:clusters:post:admin-may-not", "ProjectAdmin may POST v3/groups/:gid/clusters"],
      ["role:clusters:post:readadmin-may", "ProjectReadAdmin is refused POST v3/groups/:gid/clusters"],
    ]);
  });

  it("are one for a list that stands below a cluster too", () => {
    const lists = ["v3/groups/:gid/volumes", "v3/groups/:gid/clusters/:cid/volumes"].map((path) =>
      route("GET", path, "connectedClusters(call)"),
    );
    expect(roleRules(lists)).toHaveLength(2);
  });

  it("are none where no role is asked for", () => {
    expect(roleRules([route("GET", "ping", "ok()"), route("GET", "v3/groups/:gid/open", "ok()")])).toEqual([]);
  });
});

describe("a renewed catalogue", () => {
  const [rule] = fieldRules({ cluster: ["state"] });
  const rules = rule === undefined ? [] : [rule];
  const HAND = `# by hand
- id: state:by-hand
  kind: state
  rule: r
  edit: { file: infra/sim/src/a.ts, text: a, with: b }
  red: [TCID-A]
`;

  it("adds what is new, and leaves what is written by hand", () => {
    const { text, added, vanished } = renew(HAND, rules);
    expect([added, vanished]).toEqual([["field:cluster:state"], []]);
    expect(text.startsWith("# by hand\n- id: state:by-hand")).toBe(true);
    expect(renew(text, rules)).toEqual({ text, added: [], vanished: [] });
  });

  it("keeps the ids that a mutant names while its rule moves", () => {
    const named = renew("[]", rules).text.replace("red: []", "red: [TCID-B]");
    const moved = rules.map((one) => ({ ...one, edit: { ...one.edit, text: "moved" } }));
    expect(renew(named, moved).text).toMatch(/text: moved[\s\S]*red: \[ ?TCID-B ?\]/);
  });

  it("names what goes red too, and keeps it while a rule moves", () => {
    const named = withAlso(renew("[]", rules).text, new Map([["field:cluster:state", ["TCID-C", "TCID-B"]]]));
    expect(named).toMatch(/also:\s+- TCID-B\s+- TCID-C/);
    expect(renew(named, rules).text).toBe(named);
  });

  it("tells of rules that are not there any more, and drops them when told to", () => {
    const before = renew(HAND, rules).text;
    const { text, vanished } = renew(before, []);
    expect(vanished).toEqual(["field:cluster:state"]);
    expect(dropped(text, vanished)).not.toContain("field:cluster:state");
    expect(dropped(text, vanished)).toContain("state:by-hand");
  });
});
