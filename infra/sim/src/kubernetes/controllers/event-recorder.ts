import { randomBytes } from "node:crypto";
import type { KubeObject } from "../kube-object.ts";
import type { EventObject } from "../workload-objects.ts";
import { isFarewell, isRace, type ClusterView } from "./cluster-view.ts";

export interface EventText {
  readonly type?: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** Part of the object: `spec.containers{mysql}`. */
  readonly fieldPath?: string;
}

export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

/** Writes events as client-go does: one object per source, object, reason and message, counted up when it happens again. */
export class EventRecorder {
  readonly #view: ClusterView;
  readonly #source: EventSource;
  readonly #names = new Map<string, string>();

  constructor(view: ClusterView, source: EventSource) {
    this.#view = view;
    this.#source = source;
  }

  record(object: KubeObject, text: EventText): void {
    try {
      this.#write(object, text);
    } catch (error) {
      // Events are best effort: their namespace may be going, or the server.
      if (!isRace(error) && !isFarewell(error)) throw error;
    }
  }

  #write(object: KubeObject, text: EventText): void {
    const namespace = object.metadata.namespace ?? "default";
    const key = [object.metadata.uid, text.type, text.reason, text.message, text.fieldPath].join("\n");
    const known = this.#names.get(key);
    const before = known === undefined ? undefined : this.#view.get("Event", namespace, known);
    const now = this.#view.now();
    if (before !== undefined) {
      this.#view.update("Event", { ...before, count: before.count + 1, lastTimestamp: now });
      return;
    }
    this.#names.set(key, this.#create(object, namespace, text).metadata.name);
  }

  #create(object: KubeObject, namespace: string, text: EventText): EventObject {
    const now = this.#view.now();
    const { name, uid, resourceVersion } = object.metadata;
    return this.#view.create("Event", {
      metadata: { name: `${name}.${randomBytes(8).toString("hex")}`, namespace },
      involvedObject: {
        kind: object.kind,
        apiVersion: object.apiVersion,
        name,
        uid,
        resourceVersion,
        ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
        ...(text.fieldPath === undefined ? {} : { fieldPath: text.fieldPath }),
      },
      reason: text.reason,
      message: text.message,
      type: text.type ?? "Normal",
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      source: this.#source,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? "",
    });
  }
}
