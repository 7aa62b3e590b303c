import type { Commands } from "../program.ts";
import type { Container, ContainerState, ContainerStatus } from "../workload-objects.ts";
import type { ContainerLog } from "./container-log.ts";

/** Where commands are run beside a container's own program. */
export interface Inside {
  readonly commands: Commands;
  /** Aborts when the container ends. */
  readonly signal: AbortSignal;
}

/** What kubelet knows of one container of one pod; its status is made of it. */
export class ContainerRecord {
  readonly spec: Container;
  readonly isInit: boolean;
  state: ContainerState;
  lastState: ContainerState = {};
  restartCount = 0;
  isReady = false;
  isStarted = false;
  /** It was ready once in this run: from then on kubelet's tick asks. */
  hasBeenReady = false;
  /** It has ended and will not be started again. */
  isFinal = false;
  imageId = "";
  containerId: string | undefined;
  log: ContainerLog | undefined;
  previousLog: ContainerLog | undefined;
  /** Asks the program whether it is ready; undefined while it does not run or when nobody may ask. */
  probe: (() => boolean) | undefined;
  /** Undefined while it does not run. */
  inside: Inside | undefined;

  constructor(spec: Container, parts: { readonly isInit: boolean; readonly waiting: string }) {
    this.spec = spec;
    this.isInit = parts.isInit;
    this.state = { waiting: { reason: parts.waiting } };
  }

  /** Takes over what an earlier run of kubelet told about this container. */
  recall(status: ContainerStatus): void {
    this.restartCount = status.restartCount;
    this.lastState = status.lastState;
    this.imageId = status.imageID;
    this.containerId = status.containerID;
    this.state = status.state;
  }

  /** The container was lost with its boot: what ran has ended, nobody saw how. */
  lose(status: ContainerStatus, now: string): void {
    this.imageId = status.imageID;
    this.containerId = status.containerID;
    this.restartCount = status.restartCount + 1;
    const startedAt = status.state.running?.startedAt ?? status.state.terminated?.startedAt ?? now;
    const unknown = { exitCode: 255, reason: "Unknown", startedAt, finishedAt: now };
    const containerID = status.containerID === undefined ? {} : { containerID: status.containerID };
    this.lastState = { terminated: status.state.terminated ?? { ...unknown, ...containerID } };
  }

  wait(reason: string, message?: string): void {
    this.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    this.isReady = false;
  }

  end(exitCode: number, parts: { readonly reason: string; readonly message?: string | undefined; readonly finishedAt: string }): void {
    const startedAt = this.state.running?.startedAt ?? parts.finishedAt;
    const { reason, message, finishedAt } = parts;
    const optional = {
      ...(message === undefined ? {} : { message }),
      ...(this.containerId === undefined ? {} : { containerID: this.containerId }),
    };
    this.state = { terminated: { exitCode, reason, startedAt, finishedAt, ...optional } };
    this.isReady = false;
    this.isStarted = false;
    this.hasBeenReady = false;
    this.probe = undefined;
    this.inside = undefined;
    this.log?.end();
  }

  status(): ContainerStatus {
    return {
      name: this.spec.name,
      image: this.spec.image,
      imageID: this.imageId,
      ...(this.containerId === undefined ? {} : { containerID: this.containerId }),
      ready: this.isReady,
      started: this.isStarted,
      restartCount: this.restartCount,
      state: this.state,
      lastState: this.lastState,
    };
  }
}
