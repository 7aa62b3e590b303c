import type { Machine } from "../datacenter/machine.ts";
import { DATACENTER_NAME } from "./folder-objects.ts";
import { hostOf, vmRef, type Inventory } from "./inventory.ts";
import type { Task } from "./task.ts";
import { data, int, list, time, type Data, type Fields, type Ref, type Value } from "./value.ts";
import { localized } from "./vim-fault.ts";

/** Something that happened, as EventManager tells it. */
export interface LoggedEvent {
  readonly type: string;
  readonly atMs: number;
  readonly entity: Ref | undefined;
  readonly data: Data;
}

interface NewEvent {
  readonly type: string;
  readonly message: string;
  readonly userName: string;
  readonly machine?: Machine | undefined;
  readonly chainId?: number;
  readonly more?: Fields;
}

const KEPT = 2000;

/** Category by event type: all that the simulator ever tells. */
const CATEGORIES = {
  TaskEvent: "info",
  UserLoginSessionEvent: "info",
  UserLogoutSessionEvent: "info",
  BadUsernameSessionEvent: "error",
  VmPoweredOnEvent: "info",
  VmPoweredOffEvent: "info",
  VmResettingEvent: "info",
  VmReconfiguredEvent: "info",
  VmFailedToPowerOnEvent: "error",
  VmFailedToPowerOffEvent: "error",
  VmFailedToResetEvent: "error",
} as const;

type EventType = keyof typeof CATEGORIES;

interface TaskEvents {
  readonly done: EventType;
  readonly failed?: EventType;
  readonly said: string;
}

/** What ends of tasks are told as; other tasks are told by their TaskEvent alone. */
const BY_METHOD: Readonly<Record<string, TaskEvents>> = {
  PowerOnVM_Task: { done: "VmPoweredOnEvent", failed: "VmFailedToPowerOnEvent", said: "powered on" },
  PowerOffVM_Task: { done: "VmPoweredOffEvent", failed: "VmFailedToPowerOffEvent", said: "powered off" },
  ResetVM_Task: { done: "VmResettingEvent", failed: "VmFailedToResetEvent", said: "reset" },
  ReconfigVM_Task: { done: "VmReconfiguredEvent", said: "reconfigured" },
};

/** The last events, oldest first. */
export class EventLog {
  readonly #inventory: Inventory;
  readonly #now: () => number;
  readonly #events: LoggedEvent[] = [];
  #count = 0;

  constructor(inventory: Inventory, now: () => number) {
    this.#inventory = inventory;
    this.#now = now;
  }

  list(): readonly LoggedEvent[] {
    return this.#events;
  }

  login(userName: string, refused: boolean): void {
    const type = refused ? "BadUsernameSessionEvent" : "UserLoginSessionEvent";
    this.#add({ type, userName, message: refused ? `Cannot login ${userName}` : `User ${userName} logged in` });
  }

  logout(userName: string): void {
    this.#add({ type: "UserLogoutSessionEvent", userName, message: `User ${userName} logged out` });
  }

  taskStarted(task: Task): void {
    this.#add({
      ...this.#aboutTask(task),
      type: "TaskEvent",
      message: `Task: ${task.subject.method.replace(/_Task$/, "")}`,
      more: { info: task.info() },
    });
  }

  taskEnded(task: Task): void {
    const told = BY_METHOD[task.subject.method];
    const about = this.#aboutTask(task);
    if (told === undefined) return;
    if (task.error === undefined) this.#add({ ...about, type: told.done, message: `${task.subject.entityName} is ${told.said}` });
    else if (told.failed !== undefined) {
      const message = `${task.subject.entityName} could not be ${told.said}: ${task.error.message}`;
      this.#add({ ...about, type: told.failed, message, more: { reason: localized(task.error) } });
    }
  }

  #aboutTask(task: Task): Pick<NewEvent, "userName" | "machine" | "chainId"> {
    const machine = this.#inventory.machines.find((candidate) => candidate.spec.id === task.subject.entity.id);
    return { userName: task.subject.userName, machine, chainId: task.chainId };
  }

  #add(event: NewEvent): void {
    this.#count += 1;
    const atMs = this.#now();
    const { machine } = event;
    this.#events.push({
      type: event.type,
      atMs,
      entity: machine === undefined ? undefined : vmRef(machine),
      data: data(event.type, {
        key: int(this.#count),
        chainId: int(event.chainId ?? this.#count),
        createdTime: time(atMs),
        userName: event.userName,
        ...(machine === undefined ? {} : this.#place(machine)),
        fullFormattedMessage: event.message,
        ...event.more,
      }),
    });
    if (this.#events.length > KEPT) this.#events.shift();
  }

  #place(machine: Machine): Fields {
    const { name, host, compute } = hostOf(this.#inventory, machine);
    return {
      datacenter: data("DatacenterEventArgument", { name: DATACENTER_NAME, datacenter: this.#inventory.datacenter }),
      computeResource: data("ComputeResourceEventArgument", { name, computeResource: compute }),
      host: data("HostEventArgument", { name, host }),
      vm: data("VmEventArgument", { name: machine.spec.name, vm: vmRef(machine) }),
    };
  }
}

/** Property `description` of the EventManager. */
export const eventDescription = (): Value =>
  data("EventDescription", {
    category: list(
      "ElementDescription",
      ["info", "warning", "error", "user"].map((key) => data("ElementDescription", { label: key, summary: key, key })),
    ),
    eventInfo: list(
      "EventDescriptionEventDetail",
      Object.entries(CATEGORIES).map(([key, category]) =>
        data("EventDescriptionEventDetail", {
          key,
          description: key,
          category,
          formatOnDatacenter: "",
          formatOnComputeResource: "",
          formatOnHost: "",
          formatOnVm: "",
          fullFormat: "",
        }),
      ),
    ),
  });
