const HURTS = "it shows only while parts of Director are stopped, which this command does to nobody";
const NEEDS_CLUSTER = "it shows only while a cluster is connected, which takes machines of a bed; the specs that name it show it there";
const NEEDS_OPENEBS = "it shows only while OpenEBS is installed through Director; the specs that name it show it on a bed";

/** Assumptions that no call alone can answer, and why. */
export const OUT_OF_REACH: Readonly<Record<string, string>> = {
  "A-PASSWORD-CHANGE": "nobody knows a route that could be asked; look what the web page of a real Director calls",
  "A-CLUSTER-INVITATION": NEEDS_CLUSTER,
  "A-PING-WITHOUT-DATABASE": HURTS,
  "A-STARTUP": HURTS,
  "A-HEARTBEAT": NEEDS_CLUSTER,
  "A-CLUSTER-GROUP": NEEDS_CLUSTER,
  "A-APPLICATIONS": NEEDS_CLUSTER,
  "A-ALERT-NAMES": NEEDS_CLUSTER,
  "A-OPENEBS-STATES": NEEDS_OPENEBS,
  "A-JOB-STATES": NEEDS_OPENEBS,
  "A-OPENEBS-NODES": NEEDS_OPENEBS,
  "A-NDM-NODES": NEEDS_OPENEBS,
  "A-OPENEBS-LABEL-CLEANUP": NEEDS_OPENEBS,
  "A-UPGRADE-TARGET": NEEDS_OPENEBS,
  "A-DEVICE-GROUP-EMPTY": NEEDS_OPENEBS,
  "A-POOL-OPERATION-STATES": NEEDS_OPENEBS,
  "A-POOL-INPUT": NEEDS_OPENEBS,
  "A-POOL-DEVICE-TAKEN": NEEDS_OPENEBS,
  "A-POOL-NAME-TAKEN": NEEDS_OPENEBS,
  "A-POOL-UNKNOWN": NEEDS_OPENEBS,
  "A-POOL-WORKER": NEEDS_OPENEBS,
  "A-POOL-INSTANCE-STATES": NEEDS_OPENEBS,
  "A-POOL-CLUSTER-DELETE": NEEDS_OPENEBS,
  "A-DEVICE-AWAY": NEEDS_OPENEBS,
  "A-NODE-RELABEL": NEEDS_OPENEBS,
  "A-DEVICE-FILTERS": NEEDS_OPENEBS,
  "A-OPENEBS-FOLDER": NEEDS_OPENEBS,
  "A-OPENEBS-CLASSES": NEEDS_OPENEBS,
  "A-OPENEBS-ROOM": NEEDS_OPENEBS,
};
