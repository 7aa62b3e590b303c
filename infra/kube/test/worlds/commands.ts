import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { KINDS, probes } from "../../src/index.ts";
import { closeStage, openStage, type Stage } from "./stage.ts";
import type { World } from "./world.ts";

const USAGE = "guest pause | serve | exit CODE | count LAST\n";
/** In the network of the real nodes, and of none of them. */
const NOBODY = "10.222.0.99";
const GUEST = ["/guest", "exit", "0"] as const;

const textOf = (error: unknown): string =>
  isKuberaError(error) ? `${error.code}: ${error.what}: ${error.because}` : `not of the house: ${String(error)}`;

const refusalOf = (call: Promise<unknown>): Promise<string> => call.then((answer) => JSON.stringify(answer), textOf);

/** What commands in containers owe to a client, wherever they run. */
export const describeCommands = (open: () => Promise<World>): void => {
  let world: World;
  let stage: Stage;
  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    stage = await openStage(world);
  });
  afterEach(() => closeStage(stage));

  const running = async (name: string, wish: object = {}): Promise<{ readonly namespace: string; readonly name: string }> => {
    const pod = { namespace: stage.namespace, name };
    await stage.put(stage.make.pod(name, wish));
    await stage.see(probes.podReady(pod));
    return pod;
  };

  test("end with their exit code and with what they wrote, each time anew", async () => {
    const pod = await running("p");
    const run = (...args: readonly string[]) => world.client.exec({ ...pod, command: ["/guest", ...args] });
    expect(await run("exit", "0")).toEqual({ exitCode: 0, stdout: "ending with 0\n", stderr: "" });
    expect(await run("exit", "3")).toEqual({ exitCode: 3, stdout: "ending with 3\n", stderr: "" });
    expect(await run("a b", "c")).toEqual({ exitCode: 64, stdout: "", stderr: USAGE });
  });

  test("that no container ran are told in the runtime's words", async () => {
    const pod = await running("p");
    const run = (program: string) => refusalOf(world.client.exec({ ...pod, command: [program] }));
    expect(await run("nope")).toMatch(/^EXEC_FAILED: .*exec: "nope": executable file not found in \$PATH/);
    expect(await run("/no/such")).toMatch(/^EXEC_FAILED: .*exec: "\/no\/such": stat \/no\/such: no such file or directory/);
  });

  test("are told late when they do not end in time", async () => {
    const pod = await running("p");
    const late = world.client.exec({ ...pod, command: ["/guest", "count", "600"], timeoutMs: 1500 });
    expect(await refusalOf(late)).toMatch(
      /^TIMED_OUT: a command in pod \S+\/p did not end within 1.5 s: its end was not told; it had written/,
    );
  });

  test("run in the container that is named, which one must be where there are several", async () => {
    const container = { image: world.images.guest, args: ["serve"], imagePullPolicy: "IfNotPresent" };
    const first = { ...container, name: "first", args: ["exit", "0"] };
    const second = { ...container, name: "second", args: ["pause"] };
    const spec = { initContainers: [first], containers: [{ ...container, name: "main" }, second], terminationGracePeriodSeconds: 0 };
    const pod = await running("two", { spec });
    const run = (named: object) => refusalOf(world.client.exec({ ...pod, ...named, command: GUEST }));
    expect(await run({ container: "second" })).toContain('"exitCode":0');
    expect(await run({})).toMatch(/400 BadRequest.*a container name must be specified for pod two, choose one of: \[first main second\]/);
    expect(await run({ container: "third" })).toMatch(/400 BadRequest.*container third is not valid for pod two/);
    expect(await run({ container: "first" })).toMatch(/^EXEC_FAILED: .*container not found \("first"\)/);
  });

  describe("are refused", () => {
    test("where no pod is, and to who may not", async () => {
      const pod = await running("p");
      expect(await refusalOf(world.client.exec({ ...pod, name: "ghost", command: GUEST }))).toMatch(
        /^KUBE_REFUSED: .*404 NotFound to GET: pods "ghost" not found/,
      );
      await using stranger = world.as("stranger");
      expect(await refusalOf(stranger.exec({ ...pod, command: GUEST }))).toMatch(
        /^KUBE_REFUSED: .*403 Forbidden.*User "\S*stranger" cannot get resource "pods\/exec" in API group "" in the namespace "t-/,
      );
    });

    test("where no kubelet answers, which is no fault of the container", async () => {
      const node = { ...KINDS.node, name: `ghost-of-${stage.namespace}` };
      const pod = { ...KINDS.pod, namespace: stage.namespace, name: "haunted" };
      const addresses = [{ type: "InternalIP", address: NOBODY }];
      const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } };
      await world.client.create({ ...KINDS.node, metadata: { name: node.name }, status });
      try {
        await stage.put(stage.make.pod(pod.name, { spec: { nodeName: node.name, tolerations: [{ operator: "Exists" }] } }));
        expect(await refusalOf(world.client.exec({ ...pod, command: GUEST }))).toMatch(
          /^KUBELET_UNREACHABLE: .*: Internal error occurred: error sending request: Post "https:\/\/\S+:10250\/exec\/\S+": dial tcp \S+:10250: /,
        );
      } finally {
        await world.client.delete(pod, { graceSeconds: 0 });
        await world.client.delete(node);
      }
    });

    test("where the container does not run", async () => {
      const pods = { ended: { args: ["exit", "0"], spec: { restartPolicy: "Never" } }, absent: { image: world.images.absent } };
      for (const [name, wish] of Object.entries(pods)) await stage.put(stage.make.pod(name, wish));
      await stage.put(stage.make.pod("homeless", { spec: { nodeSelector: { no: "where" } } }));
      const run = (name: string) => refusalOf(world.client.exec({ namespace: stage.namespace, name, command: GUEST }));
      await stage.see({
        what: "one has ended and one waits for its image",
        kinds: [{ ...KINDS.pod, namespace: stage.namespace }],
        probe: (view) => {
          const told = JSON.stringify(view.list(KINDS.pod, stage.namespace));
          const isSo = told.includes('"Completed"') && /"(ErrImagePull|ImagePullBackOff)"/.test(told);
          return isSo ? { done: true, value: true } : { done: false, because: "not yet" };
        },
      });
      expect(await run("ended")).toMatch(/^EXEC_FAILED: .*container not found \("main"\)/);
      expect(await run("absent")).toMatch(/^EXEC_FAILED: .*container not found \("main"\)/);
      expect(await run("homeless")).toMatch(/^KUBE_REFUSED: .*400 BadRequest to GET: pod homeless does not have a host assigned/);
    });
  });
};
