import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import { reviewDeletions } from "../../../kubernetes/deletion-reviews.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { groupOf } from "../../kube-apply.ts";
import { CSPC } from "../../pool-flavour.ts";
import { replicasOn } from "../../pool-state.ts";
import { service } from "../process.ts";
import { follow } from "../follow.ts";

const WEBHOOK = "admission-webhook.cstor.openebs.io";

const refusalIn =
  (store: Store) =>
  ({ kind, apiVersion, metadata }: KubeObject): string | undefined => {
    if (kind !== CSPC.cluster.kind || groupOf(apiVersion) !== CSPC.cluster.group) return undefined;
    const replicas = replicasOn(store, CSPC, metadata.name).length;
    return replicas === 0 ? undefined : `invalid cspc deletion: ${metadata.name} holds ${replicas} volume replicas`;
  };

/** A control plane that was away comes back with a new store, which has to be told. */
const keepAsking = (context: ProgramContext): Promise<void> => {
  let [asked, stop]: [Store | undefined, () => void] = [undefined, () => {}];
  context.signal.addEventListener("abort", () => stop(), { once: true });
  return follow(context, [CSPC.cluster.kind], () => {
    const { store } = context;
    if (store === asked) return;
    stop();
    [asked, stop] = [store, reviewDeletions(store, { webhook: WEBHOOK, refusal: refusalIn(store) })];
  });
};

/** The admission server of cStor: as long as it runs, a pool cluster with volumes cannot be deleted with the Kubernetes API. */
export const cstorAdmission: Program = service({ startMs: 1000, run: keepAsking });
