import type { BedContext } from "@kubera-e2e/lifecycle";
import { browserWay, type BrowserWay } from "@kubera-e2e/lifecycle/access";
import { connectMember } from "@kubera-e2e/lifecycle/connect-member";
import { disconnectMember } from "@kubera-e2e/lifecycle/disconnect-member";
import { nameInDirector } from "@kubera-e2e/lifecycle/director-name";
import { installDirector } from "@kubera-e2e/lifecycle/install-director";
import { installOpenEBS, startOpenEBS, type OpenebsChoice, type StartedOpenEBS } from "@kubera-e2e/lifecycle/install-openebs";
import { loadTestBed } from "@kubera-e2e/lifecycle/load-test-bed";
import { openClients } from "@kubera-e2e/lifecycle/open-clients";
import type { KubeClient } from "@kubera-e2e/kube";
import type { DirectorClient } from "@kubera-e2e/director";
import type { Transcript } from "@kubera-e2e/http";
import type { Fence } from "@kubera-e2e/schema/fence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

/** What a worker may do on a bed it has joined: everything but power and snapshots, which stay with the run process. */
export interface WorkerBed {
  readonly declared: TestBed;
  kube(cluster: string): Promise<KubeClient>;
  /** The store for backups and its keys; undefined on a bed that has none. */
  readonly objectStore: ObjectStore | undefined;
  /** Signed in as the bed's administrator. */
  director(): Promise<DirectorClient>;
  /** Director without signing in, by the bed's way and trust. */
  visitDirector(): Promise<DirectorClient>;
  /** Installs a release, or upgrades to it, and waits until it serves. Errors: as `installDirector` of lifecycle. */
  installDirector(build: string): Promise<void>;
  /** Connects a member to Director and waits until it is active; Director's id of the cluster. */
  connectMember(cluster: string): Promise<string>;
  /** Takes a member away from Director and waits until its agents are gone. */
  disconnectMember(cluster: string): Promise<void>;
  /** The name under which Director knows a cluster of the bed. */
  directorName(cluster: string): string;
  /** Installs an OpenEBS that Director offers on a connected cluster, and waits until it is active. */
  installOpenEBS(cluster: string, choice: OpenebsChoice): Promise<void>;
  /** Starts such an installation and does not wait for it. */
  startOpenEBS(cluster: string, choice: OpenebsChoice): Promise<StartedOpenEBS>;
  /** How a browser reaches Director. Errors: as `browserWay` of lifecycle. */
  browserWay(): Promise<BrowserWay>;
  close(): Promise<void>;
}

export interface ObjectStore {
  readonly url: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessId: string;
  readonly secretKey: string;
}

export interface WorkerBedOptions {
  readonly name: string;
  readonly settings: Settings;
  readonly redactor: Redactor;
  readonly transcript: Transcript;
  /** Once it has fallen, nothing is written to the bed any more. */
  readonly fence?: Fence;
}

const objectStoreOf = ({ bed, secret }: Pick<BedContext, "bed" | "secret">): ObjectStore | undefined => {
  if (bed.objectStore === undefined) return undefined;
  const { credentials, ...place } = bed.objectStore;
  const { username: accessId, password: secretKey } = secret(credentials);
  return { ...place, accessId, secretKey };
};

/** Opens the clients of a joined bed inside a worker; nothing is sent before they are used. Errors: those of `loadTestBed`. */
export const openWorkerBed = async ({ name, settings, ...options }: WorkerBedOptions): Promise<WorkerBed> => {
  const declared = loadTestBed(name, settings);
  const context = await openClients(declared, settings, options);
  return {
    declared,
    get objectStore() {
      return objectStoreOf(context);
    },
    kube: (cluster) => context.kube(cluster),
    director: () => context.director(),
    visitDirector: () => context.visitDirector(),
    installDirector: (build) => installDirector(context, { build }),
    connectMember: (cluster) => connectMember(context, { cluster }),
    disconnectMember: (cluster) => disconnectMember(context, { cluster }),
    directorName: (cluster) => nameInDirector(declared, cluster),
    installOpenEBS: (cluster, choice) => installOpenEBS(context, { ...choice, cluster }),
    startOpenEBS: (cluster, choice) => startOpenEBS(context, { ...choice, cluster }),
    browserWay: () => browserWay(declared, context.ways),
    close: () => context.close(),
  };
};
