import { Agent } from "node:https";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../src/kubernetes/kube-object.ts";
import { adminOf, KubeApiBed, type Ask, type Reply } from "../kube-api-bed.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const PODS = "/api/v1/namespaces/default/pods";
const rule = (verbs: string, resources: string, rest: Json = {}): Json => ({
  verbs: verbs.split(" "),
  apiGroups: [""],
  resources: resources.split(" "),
  ...rest,
});

describe("roles", () => {
  let bed: KubeApiBed;
  let jane: Agent;
  beforeEach(async () => {
    bed = await KubeApiBed.start();
    const issued = await bed.authority.issueClient({ commonName: "jane", organization: "devs" });
    jane = new Agent({ ca: bed.authority.certPem, cert: issued.certPem, key: issued.keyPem });
  });
  afterEach(() => bed.api.close());

  const create = async (path: string, body: Json): Promise<void> => {
    const reply = await bed.ask(path, { method: "POST", body });
    expect(reply.json["message"] ?? "", reply.text).toBe("");
  };
  const ref = (kind: string, name: string): Json => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
  const USER = { kind: "User", name: "jane" };

  const grant = async (rules: readonly Json[], subject: Json = USER): Promise<void> => {
    await create(`${RBAC}/namespaces/default/roles`, { metadata: { name: "r" }, rules });
    await create(`${RBAC}/namespaces/default/rolebindings`, { metadata: { name: "b" }, roleRef: ref("Role", "r"), subjects: [subject] });
  };
  const grantEverywhere = async (rules: readonly Json[], subject: Json = USER): Promise<void> => {
    await create(`${RBAC}/clusterroles`, { metadata: { name: "r" }, rules });
    await create(`${RBAC}/clusterrolebindings`, { metadata: { name: "b" }, roleRef: ref("ClusterRole", "r"), subjects: [subject] });
  };
  const asJane = (path: string, ask: Ask = {}): Promise<Reply> => bed.ask(path, { ...ask, agent: jane });

  it.each([
    ["GET", PODS, 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"'],
    ["GET", `${PODS}/p`, 'pods "p" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default"'],
    ["GET", `${PODS}?watch=1`, 'pods is forbidden: User "jane" cannot watch resource "pods" in API group "" in the namespace "default"'],
    [
      "GET",
      `${PODS}/p/log`,
      'pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    ["GET", `${PODS}?fieldSelector=metadata.name%3Dp`, 'pods "p" is forbidden: User "jane" cannot list resource'],
    ["DELETE", PODS, 'pods is forbidden: User "jane" cannot deletecollection resource "pods" in API group ""'],
    ["GET", "/api/v1/nodes", 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope'],
    [
      "GET",
      "/api/v1/namespaces/x",
      'namespaces "x" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "x"',
    ],
    [
      "PATCH",
      "/apis/apps/v1/namespaces/d/deployments/web/scale",
      'deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments/scale" in API group "apps" in the namespace "d"',
    ],
    ["GET", "/metrics", 'forbidden: User "jane" cannot get path "/metrics"'],
  ])("forbid %s %s to who has none", async (...[method, path, message]) => {
    const reply = await asJane(path, { method });
    expect(reply.json).toMatchObject({ code: 403, reason: "Forbidden", message: expect.stringContaining(message) as string });
  });

  it("let everybody see what the server serves, and ask for their own rights", async () => {
    expect((await asJane("/apis")).code).toBe(200);
    const spec = { resourceAttributes: { verb: "list", resource: "pods" } };
    const review = await asJane("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { method: "POST", body: { spec } });
    expect([review.code, review.json["status"]]).toEqual([201, { allowed: false }]);
  });

  it.each([
    ["a user", USER],
    ["a group", { kind: "Group", name: "devs" }],
    ["all who are known", { kind: "Group", name: "system:authenticated" }],
  ])("allow %s what they say, in their namespace", async (_title, subject) => {
    await grant([rule("list", "pods")], subject);
    expect((await asJane(PODS)).code).toBe(200);
    expect((await asJane(`${PODS}/p`)).code).toBe(403);
    expect((await asJane("/api/v1/namespaces/kube-system/pods")).code).toBe(403);
    expect((await asJane("/api/v1/pods")).code).toBe(403);
  });

  it.each([
    ["a verb of all", [rule("*", "pods")], `${PODS}/p`, 404],
    ["a subresource alone", [rule("get", "pods/log")], `${PODS}/p`, 403],
    ["a subresource", [rule("get", "pods/log")], `${PODS}/p/log`, 404],
    ["the resource without its subresource", [rule("get", "pods")], `${PODS}/p/log`, 403],
    ["a subresource of all", [rule("get", "*/log")], `${PODS}/p/log`, 404],
    ["a name", [rule("get", "pods", { resourceNames: ["p"] })], `${PODS}/p`, 404],
    ["another name", [rule("get", "pods", { resourceNames: ["q"] })], `${PODS}/p`, 403],
    ["a name, in a list by it", [rule("list", "pods", { resourceNames: ["p"] })], `${PODS}?fieldSelector=metadata.name%3Dp`, 200],
    ["a name, in a list of all", [rule("list", "pods", { resourceNames: ["p"] })], PODS, 403],
    ["another group", [rule("list", "pods", { apiGroups: ["apps"] })], PODS, 403],
    ["every group", [rule("list", "pods", { apiGroups: ["*"] })], PODS, 200],
  ])("understand %s", async (...[, rules, path, code]) => {
    await grant(rules);
    expect((await asJane(path)).code).toBe(code);
  });

  it("reach over the cluster when they are bound there, and over paths", async () => {
    await grantEverywhere([rule("list", "pods"), { verbs: ["get"], nonResourceURLs: ["/metr*"] }]);
    expect((await asJane("/api/v1/pods")).code).toBe(200);
    expect((await asJane("/metrics")).code).toBe(404);
  });

  it("of the cluster can be bound in one namespace, and one that is missing is named", async () => {
    await create(`${RBAC}/namespaces/default/rolebindings`, {
      metadata: { name: "v" },
      roleRef: ref("ClusterRole", "view"),
      subjects: [USER],
    });
    await create(`${RBAC}/namespaces/default/rolebindings`, { metadata: { name: "n" }, roleRef: ref("Role", "none"), subjects: [USER] });
    expect((await asJane(PODS)).code).toBe(200);
    expect((await asJane("/api/v1/namespaces/default/secrets")).json["message"]).toContain(
      'in the namespace "default": RBAC: role.rbac.authorization.k8s.io "none" not found',
    );
  });

  it("hold for service accounts by their tokens, until the account goes", async () => {
    await create("/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "bot" } });
    const path = "/api/v1/namespaces/default/serviceaccounts/bot/token";
    const order = await bed.ask(path, { method: "POST", body: { spec: { expirationSeconds: 600 } } });
    const { token } = order.json["status"] as { token: string };
    const asBot = (target: string): Promise<Reply> =>
      bed.ask(target, { headers: { authorization: `Bearer ${token}` }, agent: new Agent({ ca: adminOf(bed.api).ca }) });
    expect((await asBot(PODS)).json["message"]).toContain('User "system:serviceaccount:default:bot" cannot list');
    await grant([rule("list", "pods")], { kind: "ServiceAccount", name: "bot", namespace: "default" });
    expect((await asBot(PODS)).code).toBe(200);
    await bed.ask("/api/v1/namespaces/default/serviceaccounts/bot", { method: "DELETE" });
    expect((await asBot(PODS)).code).toBe(401);
    const forged = `${token.split(".").slice(0, 2).join(".")}.AAAA`;
    expect(
      (await bed.ask(PODS, { headers: { authorization: `Bearer ${forged}` }, agent: new Agent({ ca: adminOf(bed.api).ca }) })).code,
    ).toBe(401);
  });

  it.each([
    ["too short a time", { expirationSeconds: 60 }, 422, "may not specify a duration less than 10 minutes"],
    ["what is not there", { boundObjectRef: { kind: "Secret", name: "s" } }, 404, 'secrets "s" not found'],
    ["what it cannot be bound to", { boundObjectRef: { kind: "ConfigMap", name: "s" } }, 422, "to object type ConfigMap"],
  ])("give no token for %s", async (...[, spec, code, message]) => {
    await create("/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "bot" } });
    const reply = await bed.ask("/api/v1/namespaces/default/serviceaccounts/bot/token", { method: "POST", body: { spec } });
    expect([reply.code, reply.json["message"]]).toEqual([code, expect.stringContaining(message)]);
  });

  it("let nobody hand out what they do not hold", async () => {
    await grantEverywhere([rule("create", "roles rolebindings", { apiGroups: ["rbac.authorization.k8s.io"] }), rule("get", "pods")]);
    const make = (name: string, rules: readonly Json[]): Promise<Reply> =>
      asJane(`${RBAC}/namespaces/default/roles`, { method: "POST", body: { metadata: { name }, rules } });
    expect((await make("small", [rule("get", "pods")])).code).toBe(201);
    expect((await make("big", [rule("get list", "pods secrets")])).json["message"]).toBe(
      'roles.rbac.authorization.k8s.io "big" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["list"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    );
    const body = { metadata: { name: "x" }, roleRef: ref("ClusterRole", "cluster-admin"), subjects: [USER] };
    expect((await asJane(`${RBAC}/namespaces/default/rolebindings`, { method: "POST", body })).code).toBe(403);
  });

  it("decide whom one may act as", async () => {
    const act = (headers: Record<string, string>, path = PODS): Promise<Reply> => bed.ask(path, { headers });
    expect((await act({ "impersonate-user": "jane" })).json["message"]).toContain('User "jane" cannot list');
    await grant([rule("list", "pods")], { kind: "Group", name: "devs" });
    expect((await act({ "impersonate-user": "jim", "impersonate-group": "devs" })).code).toBe(200);
    expect((await asJane(PODS, { headers: { "impersonate-user": "root" } })).json["message"]).toBe(
      'users "root" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    expect((await act({ "impersonate-group": "devs" })).code).toBe(400);
    expect((await act({ "impersonate-user": "x", "impersonate-uid": "1" })).code).toBe(400);
  });

  it("can be asked about for oneself and for others", async () => {
    await grant([rule("list", "pods")]);
    const ask = async (kind: string, spec: Json): Promise<unknown> =>
      (await bed.ask(`/apis/authorization.k8s.io/v1/${kind}`, { method: "POST", body: { spec } })).json["status"];
    const resourceAttributes = { verb: "list", resource: "pods", namespace: "default" };
    expect(await ask("subjectaccessreviews", { user: "jane", resourceAttributes })).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "b/default" of Role "r" to User "jane"',
    });
    expect(await ask("namespaces/default/localsubjectaccessreviews", { user: "jim", resourceAttributes })).toEqual({ allowed: false });
    expect(await ask("selfsubjectaccessreviews", { nonResourceAttributes: { verb: "get", path: "/x" } })).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin" to Group "system:masters"',
    });
    const rules = await asJane("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      method: "POST",
      body: { spec: { namespace: "default" } },
    });
    expect(rules.json["status"]).toMatchObject({
      incomplete: false,
      resourceRules: expect.arrayContaining([rule("list", "pods")]) as unknown,
    });
  });

  it.each([
    ["selfsubjectaccessreviews", {}, 422, "exactly one of nonResourceAttributes or resourceAttributes must be specified"],
    ["subjectaccessreviews", { nonResourceAttributes: {} }, 422, "at least one of user or group must be specified"],
    [
      "namespaces/default/localsubjectaccessreviews",
      { user: "x", resourceAttributes: { namespace: "other" } },
      400,
      "must match namespace: default",
    ],
    ["selfsubjectrulesreviews", {}, 400, "no namespace on request"],
  ])("are not told for half a question: %s", async (...[kind, spec, code, message]) => {
    const reply = await bed.ask(`/apis/authorization.k8s.io/v1/${kind}`, { method: "POST", body: { spec } });
    expect([reply.code, reply.json["message"]]).toEqual([code, expect.stringContaining(message)]);
  });

  it("are not listed as questions, and tokens are not reviewed", async () => {
    expect((await bed.ask("/apis/authorization.k8s.io/v1/subjectaccessreviews")).code).toBe(405);
    expect((await bed.ask("/apis/authentication.k8s.io/v1/tokenreviews", { method: "POST", body: {} })).code).toBe(404);
  });
});
