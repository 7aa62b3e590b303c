import { beforeEach, expect, test } from "vitest";
import { consulCommands, mysqladmin, nodetool, postgresCommands } from "../../src/director/programs/store-commands.ts";
import { createStore } from "../../src/kubernetes/etcd-store.ts";
import type { KubeObject } from "../../src/kubernetes/kube-object.ts";
import type { Commands, ProgramContext } from "../../src/kubernetes/program.ts";
import { Machine } from "../../src/datacenter/machine.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";

let context: Pick<ProgramContext, "store" | "pod">;
let others: readonly KubeObject[];

beforeEach(() => {
  const spec = { id: "vm-1", name: "m", cluster: "server", node: "n", plane: "control", esxHost: "e", diskGib: 100 } as const;
  const store = createStore(new Machine(spec, new SimTime(1)).disk.etcd);
  store.create(store.resource("Namespace"), { apiVersion: "v1", kind: "Namespace", metadata: { name: "k" } });
  const resource = store.resource("Pod");
  const put = (name: string, labels: Readonly<Record<string, string>>, phase = "Running"): KubeObject => {
    const containers = [{ name: "main", image: "x" }];
    const pod = store.create(resource, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "k", labels },
      spec: { containers },
    });
    return store.updateStatus(resource, { ...pod, status: { phase, podIP: `10.0.0.${name.length}` } });
  };
  const pod = put("c-0", { app: "c", "statefulset.kubernetes.io/pod-name": "c-0" });
  others = [put("c-other", { app: "c", "pod-template-hash": "1" })];
  put("d-0", { app: "d" });
  put("c-ended", { app: "c" }, "Failed");
  context = { store, pod };
});

const run = (commands: Commands, name: string, ...args: readonly string[]): unknown => commands[name]?.(args);

test("nodetool tells of each pod of the workload whether it is up, and which addresses they have", () => {
  const up = new Set([context.pod.metadata.uid]);
  const rows = (): string =>
    (
      run(
        nodetool(({ metadata }) => up.has(metadata.uid), context),
        "nodetool",
        "status",
      ) as { stdout: string }
    ).stdout;
  const ids = [context.pod, ...others].map(({ metadata }) => metadata.uid);
  expect(rows()).toBe(`Datacenter: datacenter1
=======================
Status=Up/Down
|/ State=Normal/Leaving/Joining/Moving
--  Address   Load  Tokens  Owns  Host ID                               Rack
UN  10.0.0.3  ?     ?       ?     ${ids[0]}  rack1
DN  10.0.0.7  ?     ?       ?     ${ids[1]}  rack1
`);
  for (const { metadata } of others) up.add(metadata.uid);
  expect(rows()).toMatch(/^UN {2}10\.0\.0\.7/m);
});

test("consul tells of each pod of the workload whether it is alive", () => {
  const commands = consulCommands(({ metadata }) => metadata.name === "c-0", context);
  expect(run(commands, "consul", "members")).toEqual({
    exitCode: 0,
    stdout: `Node     Address        Status  Type    Build  Protocol  DC
c-0      10.0.0.3:8301  alive   server  0.7.1  2         dc1
c-other  10.0.0.7:8301  failed  server  0.7.1  2         dc1
`,
  });
});

const LIST = ["--username=postgres", "--list", "--tuples-only", "--no-align"];

test.each([
  { title: "nodetool", make: (isUp: () => boolean) => nodetool(isUp, context), args: ["status"], downCode: 1 },
  { title: "consul", make: (isUp: () => boolean) => consulCommands(isUp, context), args: ["members"], downCode: 1 },
  { title: "pg_isready", make: postgresCommands, args: [], downCode: 2 },
  { title: "psql", make: postgresCommands, args: LIST, downCode: 2 },
  { title: "mysqladmin", make: mysqladmin, args: ["ping"], downCode: 1 },
])("$title fails while its server is down, and knows nothing else", ({ title, make, args, downCode }) => {
  expect(
    run(
      make(() => true),
      title,
      ...args,
    ),
  ).toMatchObject({ exitCode: 0 });
  expect(
    run(
      make(() => false),
      title,
      ...args,
    ),
  ).toMatchObject({ exitCode: downCode });
  expect(
    run(
      make(() => true),
      title,
      ...args,
      "more",
    ),
  ).toBeUndefined();
});

test("psql lists the database of Cortex' settings", () => {
  expect(
    run(
      postgresCommands(() => true),
      "psql",
      ...LIST,
    ),
  ).toMatchObject({ stdout: expect.stringMatching(/^configs\|/m) as string });
});
