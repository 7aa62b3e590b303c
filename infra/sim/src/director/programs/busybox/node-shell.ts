import { isDeepStrictEqual } from "node:util";
import type { NetworkFault } from "../../../datacenter/memory.ts";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext, ProgramEnd } from "../../../kubernetes/program.ts";
import { VOLUME_LABEL } from "../../cstor-kinds.ts";
import { at, listAt, textAt } from "../../json.ts";
import { failed, refused } from "./refused.ts";

const START_MS = 500;

const ENTERED = ["nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--", "sh", "-c"];

/** What a privileged pod tells the systemd of its node. */
const KUBELET_SCRIPT =
  /^systemctl stop kubelet; systemctl is-active kubelet; sleep (\d+); systemctl start kubelet; systemctl is-active kubelet$/;

const withoutKubelet = async (context: ProgramContext, seconds: number): Promise<ProgramEnd> => {
  const { machine, signal, time } = context;
  machine.setKubelet("down");
  context.log("inactive");
  await time.delay(seconds * 1000, signal);
  machine.setKubelet("up");
  context.log("active");
  return { exitCode: 0 };
};

/** A process of the pod with a uid, and what packets that leave it shall meet. */
const NETEM_SCRIPT =
  /^pid=\$\(grep -l "pod((?:[^"\s-]|\[-_\])+)" \/proc\/\[0-9\]\*\/cgroup \| cut -d \/ -f 3 \| sort -n \| head -n 1\); nsenter -t \$pid -n tc qdisc (?:(del) dev eth0 root|add dev eth0 root netem (?:delay (\d+)ms|loss (\d+)%))$/;

/** Beyond these those who wait give up, which nobody does here. */
const MOST = { delayMs: 1000, lossPercent: 50 } as const;

const podWith = ({ machine, store }: ProgramContext, uid: string) =>
  store.list(store.resource("Pod")).find(({ metadata, spec }) => metadata.uid === uid && textAt(spec, "nodeName") === machine.spec.node);

/** As `tc qdisc add` and `del` do it; undefined takes away what is there. */
const setFault = (networks: Map<string, NetworkFault>, uid: string, fault: NetworkFault | undefined): string | undefined => {
  if (fault === undefined) return networks.delete(uid) ? undefined : "RTNETLINK answers: No such file or directory";
  if (networks.has(uid)) return "RTNETLINK answers: File exists";
  networks.set(uid, fault);
  return undefined;
};

const isKnown = (pod: KubeObject, { delayMs, lossPercent }: NetworkFault): boolean =>
  pod.metadata.labels?.[VOLUME_LABEL] !== undefined && delayMs <= MOST.delayMs && lossPercent <= MOST.lossPercent;

const withNetem = (context: ProgramContext, [, pattern = "", del, delay = "0", loss = "0"]: readonly (string | undefined)[]) => {
  const uid = pattern.replaceAll("[-_]", "-");
  const pod = podWith(context, uid);
  const networks = context.machine.memory?.networks;
  if (pod === undefined || networks === undefined) return failed(context, "nsenter: failed to parse pid: '-n'");
  const fault = { delayMs: Number(delay), lossPercent: Number(loss) };
  if (!isKnown(pod, fault)) return refused(context);
  const failure = setFault(networks, uid, del === undefined ? fault : undefined);
  return failure === undefined ? { exitCode: 0 } : failed(context, failure);
};

/** What a pod does that enters the namespaces of its node's first process: stops the kubelet, or spoils the network of a volume's part. */
export const onNode = async (context: ProgramContext): Promise<ProgramEnd> => {
  const { args, container, pod, signal, time } = context;
  const own = listAt(pod.spec, "containers").find((one) => textAt(one, "name") === container);
  const mayEnter = at(pod.spec, "hostPID") === true && at(own, "securityContext", "privileged") === true;
  await time.delay(START_MS, signal);
  const script = args.at(-1) ?? "";
  if (!isDeepStrictEqual(args, [...ENTERED, script])) return refused(context);
  const [, seconds] = KUBELET_SCRIPT.exec(script) ?? [];
  const netem = NETEM_SCRIPT.exec(script);
  if (seconds === undefined && netem === null) return refused(context);
  if (!mayEnter) return failed(context, "nsenter: setns(): can't reassociate to namespace: Operation not permitted");
  return netem === null ? withoutKubelet(context, Number(seconds)) : withNetem(context, netem);
};
