import { describe, expect, it } from "vitest";
import { Machine } from "../../src/datacenter/machine.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { apply } from "../../src/director/kube-apply.ts";
import { volumeLagMs } from "../../src/director/network-fault.ts";
import { busybox } from "../../src/director/programs/busybox/busybox.ts";
import { createStore } from "../../src/kubernetes/etcd-store.ts";
import type { KubeObject } from "../../src/kubernetes/kube-object.ts";

const VOLUME = "pvc-1";
const IPS = { target: "10.1.0.1", "rep-1": "10.1.0.2", other: "10.1.0.3" } as const;
type PodName = keyof typeof IPS;
const OWN = {
  target: { "openebs.io/persistent-volume": VOLUME, "openebs.io/controller": "jiva-controller" },
  "rep-1": { "openebs.io/persistent-volume": VOLUME, "openebs.io/replica": "jiva-replica" },
  other: {},
} as const;

/** A node with a pod of a volume's controller, one of its replica, and one that is neither. */
const node = () => {
  const time = new SimTime(10_000);
  const spec = { id: "vm-1", name: "n", cluster: "member", node: "n", plane: "worker", esxHost: "e", diskGib: 1 } as const;
  const machine = new Machine(spec, time);
  machine.powerOn();
  const store = createStore(machine.disk.etcd);
  apply(store, { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } });
  const pods = new Map<PodName, KubeObject>();
  for (const name of Object.keys(IPS) as readonly PodName[]) {
    const metadata = { name, namespace: "default", labels: OWN[name] };
    const pod = store.create(store.resource("Pod"), { apiVersion: "v1", kind: "Pod", metadata, spec: { nodeName: "n", containers: [] } });
    pods.set(name, store.updateStatus(store.resource("Pod"), { ...pod, status: { podIP: IPS[name] } }));
  }
  const wiring = { networksOf: () => machine.memory?.networks };
  return { machine, pods, store, time, wiring, uid: (name: PodName) => pods.get(name)?.metadata.uid ?? "" };
};

type Node = ReturnType<typeof node>;

/** How its container is, and which folder of the node it sees. */
interface Place {
  readonly container?: object;
  readonly path?: string;
}

/** What a command ends with, and what it says; privileged unless the pod is told to be like any other. */
const run = async (
  { machine, store, time, wiring }: Node,
  args: readonly string[],
  { container = { securityContext: { privileged: true } }, path = `/var/openebs/${VOLUME}` }: Place = {},
) => {
  const metadata = { name: "task", namespace: "default", uid: "u", resourceVersion: "1", creationTimestamp: "" };
  const folder = { name: "folder", hostPath: { path } };
  const own = { name: "c", volumeMounts: [{ name: "folder", mountPath: "/seen" }], ...container };
  const said: string[] = [];
  const { ended } = busybox(wiring).start({
    cluster: "member",
    store,
    pod: { apiVersion: "v1", kind: "Pod", metadata, spec: { hostPID: true, containers: [own], volumes: [folder] } },
    container: "c",
    image: "library/busybox:1.36",
    args,
    env: {},
    machine,
    time,
    signal: new AbortController().signal,
    readVolume: () => undefined,
    writeVolume: () => {},
    log: (line) => said.push(line),
  });
  return { exitCode: (await ended)?.exitCode, said: said.join("\n") };
};

const onNode = (script: string): readonly string[] => ["nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--", "sh", "-c", script];

const tc = (uid: string, change: string): readonly string[] =>
  onNode(
    `pid=$(grep -l "pod${uid.replaceAll("-", "[-_]")}" /proc/[0-9]*/cgroup | cut -d / -f 3 | sort -n | head -n 1); nsenter -t $pid -n tc qdisc ${change}`,
  );

const ADD = "add dev eth0 root netem delay 300ms";
const DEL = "del dev eth0 root";
const ping = (ip: string): readonly string[] => ["ping", "-q", "-c", "10", ip];

describe("busybox on a node", () => {
  it("delays and loses packets of one pod, until that is taken away or the node has lost its power", async () => {
    const world = node();
    const [target, replica] = [world.uid("target"), world.uid("rep-1")];
    const lag = (): number => volumeLagMs(world.wiring, { cluster: "member", store: world.store, volume: VOLUME });
    const quiet = "10 packets transmitted, 10 packets received, 0% packet loss\nround-trip min/avg/max = 0.400/0.400/0.400 ms";
    expect(await run(world, ping(IPS.target))).toEqual({ exitCode: 0, said: quiet });
    expect(lag()).toBe(0);
    expect(await run(world, tc(target, ADD))).toEqual({ exitCode: 0, said: "" });
    expect((await run(world, ping(IPS.target))).said).toContain("= 300.400/300.400/300.400 ms");
    expect(lag()).toBe(20 * 300);
    expect(await run(world, tc(replica, "add dev eth0 root netem loss 50%"))).toEqual({ exitCode: 0, said: "" });
    expect((await run(world, ping(IPS["rep-1"]))).said).toContain("5 packets received, 50% packet loss");
    expect(lag(), "lost packets are sent again after 200 ms").toBe(20 * (300 + 200));
    expect(await run(world, tc(target, DEL))).toEqual({ exitCode: 0, said: "" });
    expect(await run(world, ping(IPS.target))).toEqual({ exitCode: 0, said: quiet });
    world.machine.powerOff();
    world.machine.powerOn();
    expect(lag()).toBe(0);
  });

  it("lists the folders of hostpath volumes, and no device", async () => {
    const world = node();
    for (const [name, path] of Object.entries({ "pvc-folder": "/var/openebs/local/pvc-folder", "pvc-device": "/dev/sdb" })) {
      apply(world.store, { apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec: { local: { path } } });
      world.machine.disk.volumes.set(name, {});
    }
    expect(await run(world, ["ls", "-1", "/seen"], { path: "/var/openebs/local" })).toEqual({ exitCode: 0, said: "pvc-folder" });
  });

  it("pings nobody at an address that no pod has", async () => {
    const said = "10 packets transmitted, 0 packets received, 100% packet loss";
    expect(await run(node(), ping("10.1.0.9"))).toEqual({ exitCode: 1, said });
  });

  it.each([
    ["a second fault of one pod", ADD, "RTNETLINK answers: File exists"],
    ["the end of a fault that is not there", DEL, "RTNETLINK answers: No such file or directory"],
  ])("fails on %s, as tc does", async (_, change, said) => {
    const world = node();
    if (change === ADD) await run(world, tc(world.uid("target"), ADD));
    expect(await run(world, tc(world.uid("target"), change))).toEqual({ exitCode: 1, said });
  });

  it("enters no pod that another node has, and nothing without privileges", async () => {
    const world = node();
    expect((await run(world, tc("elsewhere", ADD))).said).toBe("nsenter: failed to parse pid: '-n'");
    const { exitCode, said } = await run(world, tc(world.uid("target"), ADD), { container: {} });
    expect([exitCode, said]).toEqual([1, "nsenter: setns(): can't reassociate to namespace: Operation not permitted"]);
    expect(world.machine.memory?.networks.size).toBe(0);
  });

  it.each<[string, (world: Node) => readonly string[]]>([
    ["a fault of what is no part of a volume", (world) => tc(world.uid("other"), ADD)],
    ["a delay that somebody would give up on", (world) => tc(world.uid("target"), "add dev eth0 root netem delay 1001ms")],
    ["a loss that somebody would give up on", (world) => tc(world.uid("target"), "add dev eth0 root netem loss 51%")],
    ["another discipline", (world) => tc(world.uid("target"), "add dev eth0 root tbf rate 1mbit")],
    ["another script", () => onNode("reboot")],
    ["other namespaces", () => ["nsenter", "-t", "1", "-m", "sh", "-c", "systemctl stop kubelet"]],
    ["another ping", () => ["ping", IPS.target]],
    ["a ping whose words are one", () => ["ping", `-q -c 10 ${IPS.target}`]],
    ["namespaces whose words are one", () => ["nsenter", "-t 1 -m -u -i -n -p -- sh -c", "systemctl stop kubelet"]],
    ["a uid that systemd would write otherwise", (world) => onNode(tc(world.uid("target"), ADD).at(-1)?.replaceAll("[-_]", "-") ?? "")],
    ["another file", () => ["cat", "/seen/volume.meta"]],
    ["a folder that is not listed", () => ["ls", "-1", "/seen"]],
    ["another program", () => ["reboot"]],
  ])("refuses %s", async (_, argsOf) => {
    const world = node();
    const args = argsOf(world);
    expect(await run(world, args)).toEqual({ exitCode: 127, said: `sh: cannot run ${JSON.stringify(args)}` });
  });
});

describe("a replica of Jiva, read by busybox", () => {
  const COUNTER = ["cat", "/seen/revision.counter"];

  it("has no count where no volume of Jiva is", async () => {
    const said = "cat: can't open '/seen/revision.counter': No such file or directory";
    expect(await run(node(), COUNTER)).toEqual({ exitCode: 1, said });
  });

  it("counts in a block of its own", async () => {
    const world = node();
    const metadata = { name: `${VOLUME}-ctrl`, namespace: "default", labels: OWN.target };
    const template = { metadata: { labels: OWN.target }, spec: { containers: [{ name: "jiva", image: "jiva:1" }] } };
    const spec = { selector: { matchLabels: OWN.target }, template };
    apply(world.store, { apiVersion: "apps/v1", kind: "Deployment", metadata, spec });
    world.machine.disk.volumes.set(`replica/${VOLUME}`, { revision: 7, data: [] });
    expect(await run(world, COUNTER)).toEqual({ exitCode: 0, said: `7${"\0".repeat(4095)}` });
  });
});
