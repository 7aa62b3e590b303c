import type { KubeletPort } from "../kubernetes/api/call.ts";
import { severedStore } from "../kubernetes/cluster/severed-store.ts";
import type { EtcdStore } from "../kubernetes/etcd-store.ts";
import { isCutOff } from "../kubernetes/network-policies.ts";
import type { Program, Programs } from "../kubernetes/program.ts";
import { startIngress, type DirectorFrontend } from "./frontend.ts";
import { cortexAgent } from "./programs/cortex-agent.ts";
import { cstorAdmission } from "./programs/cstor/admission.ts";
import { ndmOperator } from "./programs/cstor/device-claims.ts";
import { poolOperator } from "./programs/cstor/pool-operator.ts";
import { deviceProvisioner } from "./programs/volumes/device-provisioner.ts";
import { jiva } from "./programs/volumes/jiva.ts";
import { volumeProvisioner } from "./programs/volumes/volume-provisioner.ts";
import { busybox } from "./programs/busybox/busybox.ts";
import { dmaasAgent } from "./programs/dmaas/dmaas-agent.ts";
import { velero } from "./programs/dmaas/velero.ts";
import { mayaIoAgent } from "./programs/maya-io-agent.ts";
import { nodeDiskManager } from "./programs/node-disk-manager.ts";
import { openebsManager } from "./programs/openebs-manager.ts";
import { service } from "./programs/process.ts";
import { mayaIoServer, mysql, nginxIngress } from "./programs/server-programs.ts";
import { cassandra, configsDb, consul, elasticsearch, part } from "./programs/stores.ts";
import { upgradeController } from "./programs/upgrade-controller.ts";
import { upgradeTask } from "./programs/upgrade-task.ts";
import { mayaInit } from "./programs/wait-for.ts";
import { CSPC, SPC } from "./pool-flavour.ts";
import { textAt } from "./json.ts";
import type { NetworksOf } from "./network-fault.ts";
import { replicatedVolume, type VolumeAccess } from "./volume-access.ts";
import { Wiring, type VolumesOf } from "./wiring.ts";

export interface DirectorWorldOptions {
  /** Host and port of the registry from which agents and OpenEBS come when Director's own image names none. */
  readonly registryHost: string;
  /** The built-in Administrator of a fresh installation; never logged. */
  readonly adminCredentials: { readonly username: string; readonly password: string };
  /** The store on a cluster's control plane as it is now; undefined while it is down. */
  readonly clusterStores: (name: string) => EtcdStore | undefined;
  /** What the kubelets of a cluster say of a container; without it Director shows no logs. */
  readonly clusterLogs?: (name: string) => KubeletPort["logs"] | undefined;
  /** Data of the volumes on the disk of a node, by volume; without it backups hold no volumes. */
  readonly volumesOf?: VolumesOf;
  /** What packets of the pods on a node meet; without it every network is quiet. */
  readonly networksOf?: NetworksOf;
  /** Members a project can have, pending invitations included; 0 means without limit, default 10. */
  readonly maxMembersPerProject?: number;
  /** Gets a line for each request to a route that Director does not know. */
  readonly log?: (line: string) => void;
}

export interface DirectorWorld {
  /** What runs in the containers of Director, its agents and OpenEBS, by repository. */
  readonly programs: Programs;
  /** Opens the ingress on 127.0.0.1; port 0, the default, takes a free one. */
  startFrontend(options?: { readonly port?: number }): Promise<DirectorFrontend>;
}

/** Simulated seconds until a plain server of Director is ready. */
const START_SECONDS: Readonly<Record<string, number>> = {
  "maya-kibana": 8,
  "maya-grafana": 4,
  "maya-ui": 2,
  "maya-chatops": 3,
  "cloud-agent": 2,
  "cortex-alertmanager": 2,
  "alertstore-tablemanager": 2,
  "cortex-configs": 2,
  "cortex-ruler": 2,
  "cortex-table-manager": 2,
  memcached: 1,
  "status-agent": 2,
};

/** The same for those that metrics and alerts need on their way. */
const PART_START_SECONDS: Readonly<Record<string, number>> = {
  elastalert: 3,
  alertstore: 2,
  "cortex-distributor": 2,
  "cortex-ingester": 3,
  "cortex-querier": 2,
};

/** Volumes that have replicas are read and written where those are; others on the node. */
const withVolumes = (wiring: Wiring, program: Program): Program => ({
  start(context) {
    const remote = (claim: string): VolumeAccess | undefined => {
      const { cluster, pod, store } = context;
      const found = store.get(store.resource("PersistentVolumeClaim"), pod.metadata.namespace, claim);
      return replicatedVolume(wiring, { cluster, store, volume: textAt(found?.spec, "volumeName") ?? "" });
    };
    return program.start({
      ...context,
      get pod() {
        return context.pod;
      },
      get store() {
        return context.store;
      },
      readVolume: (claim) => (remote(claim) ?? { read: () => context.readVolume(claim) }).read(),
      writeVolume: (claim, data) => (remote(claim) ?? { write: () => context.writeVolume(claim, data) }).write(data),
    });
  },
});

/**
 * A control plane that was away comes back with a new store, while programs on its workers run on: they see the store of now,
 * and the last one as long as there is none.
 */
const withLiveStore = (wiring: Wiring, program: Program): Program => ({
  start(context) {
    const live = {
      ...context,
      get store() {
        const store = wiring.clusterStores(context.cluster);
        if (store === undefined) return context.store;
        return isCutOff(store, context.pod, "Egress") ? severedStore(store) : store;
      },
    };
    return program.start(live);
  },
});

/** The parts of OpenEBS that do something; what it runs beside them is a plain server. */
const openebsOf = (wiring: Wiring): readonly [string, Program][] => [
  ["openebs-ndm", nodeDiskManager],
  ["openebs-ndm-operator", ndmOperator],
  ["cspc-operator", poolOperator(CSPC)],
  ["maya-apiserver", poolOperator(SPC)],
  ["openebs-cstor-admission-server", cstorAdmission],
  ["cvc-operator", volumeProvisioner(CSPC)],
  ["openebs-provisioner", volumeProvisioner(SPC)],
  ["openebs-localpv-provisioner", deviceProvisioner],
  ["jiva", jiva(wiring)],
  ["upgrade", upgradeTask],
];

/** OpenEBS comes from its own repositories, or from MayaData's mirror of them. */
const OPENEBS_OWNERS = ["openebs", "mayadataio"];

const programsOf = (wiring: Wiring): Programs => {
  const plain = Object.entries(START_SECONDS).map(([name, seconds]): [string, Program] => [name, service({ startMs: seconds * 1000 })]);
  const parts = Object.entries(PART_START_SECONDS).map(([name, seconds]): [string, Program] => [name, part(wiring, seconds)]);
  const own: [string, Program][] = [
    ["maya-io-server", mayaIoServer(wiring)],
    ["mysql", mysql(wiring)],
    ["cassandra", cassandra(wiring)],
    ["consul", consul(wiring)],
    ["configs-db", configsDb],
    ["od-elasticsearch", elasticsearch(wiring)],
    ["nginx-ingress", nginxIngress(wiring)],
    ["maya-init", mayaInit],
    ["cortex-agent", cortexAgent(wiring)],
    ["maya-io-agent", mayaIoAgent(wiring)],
    ["openebs-manager", openebsManager(wiring)],
    ["dmaas-agent", dmaasAgent],
    ["velero", velero(wiring)],
    ["upgrade-controller", upgradeController(wiring)],
  ];
  const openebs = OPENEBS_OWNERS.flatMap((owner) => openebsOf(wiring).map(([name, program]) => [`${owner}/${name}`, program] as const));
  const others: [string, Program][] = [["library/busybox", withVolumes(wiring, busybox(wiring))]];
  const all = [...others, ...[...plain, ...parts, ...own].map(([name, program]) => [`mayadata/${name}`, program] as const), ...openebs];
  return new Map(all.map(([repository, program]) => [repository, withLiveStore(wiring, program)]));
};

/** Everything of Kubera Director that the simulated data centre needs: programs for its kubelets, and the ingress. */
export const createDirectorWorld = (options: DirectorWorldOptions): DirectorWorld => {
  const {
    registryHost,
    clusterStores,
    clusterLogs = () => undefined,
    volumesOf = () => undefined,
    networksOf = () => undefined,
    maxMembersPerProject = 10,
    log = () => {},
  } = options;
  const wiring = new Wiring({
    log,
    registryHost,
    clusterStores,
    clusterLogs,
    volumesOf,
    networksOf,
    maxMembersPerProject,
    administrator: options.adminCredentials,
  });
  return { programs: programsOf(wiring), startFrontend: ({ port } = {}) => startIngress(wiring, port) };
};
