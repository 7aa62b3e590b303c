import { unavailable } from "../api-status.ts";
import type { EtcdStore } from "../etcd-store.ts";

const refuse = (): never => {
  throw unavailable();
};

/** What a node with a cut cable has of the cluster: what it knew already. It can write nothing, and is told nothing. */
export const severedStore = (store: EtcdStore): EtcdStore => ({
  registry: store.registry,
  revision: store.revision,
  resource: (kind, group) => store.resource(kind, group),
  get: (resource, namespace, name) => store.get(resource, namespace, name),
  list: (resource, namespace) => store.list(resource, namespace),
  fieldType: (...asked) => store.fieldType(...asked),
  since: () => undefined,
  watch: () => () => {},
  create: refuse,
  update: refuse,
  updateStatus: refuse,
  delete: refuse,
  close: () => {},
});
