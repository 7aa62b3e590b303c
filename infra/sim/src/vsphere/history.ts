import { eventDescription, type LoggedEvent } from "./event-log.ts";
import { readHistoryFilter } from "./history-filter.ts";
import type { Call, ManagedObject, Methods } from "./managed-object.ts";
import type { Task } from "./task.ts";
import { int, list, ref, refs, type Ref, type Value } from "./value.ts";
import { invalidArgument } from "./vim-fault.ts";
import type { World } from "./world.ts";
import type { XmlElement } from "./xml-element.ts";

const MAX_PAGE = 1000;
const FIRST_PAGE = 10;

interface HistorySpec {
  readonly type: "TaskHistoryCollector" | "EventHistoryCollector";
  readonly of: "TaskInfo" | "Event";
  /** All that is wanted, oldest first, as of now. */
  readonly items: () => readonly Value[];
}

/** A collector over a history that grows; it begins at the oldest item. */
class HistoryCollector implements ManagedObject {
  readonly ref: Ref;
  readonly properties = { latestPage: (): Value => this.#latestPage(), filter: () => undefined };
  readonly methods: Methods;
  readonly #spec: HistorySpec;
  #pageSize = FIRST_PAGE;
  #position = 0;

  constructor(id: string, spec: HistorySpec, destroy: () => void) {
    this.ref = ref(spec.type, id);
    this.#spec = spec;
    const noun = spec.of === "Event" ? "Events" : "Tasks";
    this.methods = {
      SetCollectorPageSize: ({ args }) => {
        this.#pageSize = pageOf(args);
        return undefined;
      },
      RewindCollector: () => {
        this.#position = 0;
        return undefined;
      },
      ResetCollector: () => {
        this.#position = Math.max(spec.items().length - this.#pageSize, 0);
        return undefined;
      },
      DestroyCollector: () => {
        destroy();
        return undefined;
      },
      [`ReadNext${noun}`]: ({ args }) => this.#next(pageOf(args)),
      [`ReadPrevious${noun}`]: ({ args }) => this.#previous(pageOf(args)),
    };
  }

  #latestPage(): Value {
    return list(this.#spec.of, this.#spec.items().slice(-this.#pageSize).toReversed());
  }

  #next(count: number): readonly Value[] {
    const page = this.#spec.items().slice(this.#position, this.#position + count);
    this.#position += page.length;
    return page;
  }

  #previous(count: number): readonly Value[] {
    const from = Math.max(this.#position - count, 0);
    const page = this.#spec.items().slice(from, this.#position).toReversed();
    this.#position = from;
    return page;
  }
}

const pageOf = (args: XmlElement): number => {
  const count = args.int("maxCount") ?? 0;
  if (count < 1 || count > MAX_PAGE) throw invalidArgument("maxCount", `it must be 1 to ${MAX_PAGE}`);
  return count;
};

const collector = ({ session }: Call, spec: HistorySpec): Ref => {
  const id = session.newId();
  return session.add(new HistoryCollector(id, spec, () => session.objects.delete(id)));
};

const textsOf = (filter: XmlElement | undefined, name: string): readonly string[] =>
  filter?.all(name).map((item) => item.text.trim()) ?? [];

const wantedTasks = (world: World, args: XmlElement): (() => readonly Task[]) => {
  const filter = args.child("filter");
  const wanted = readHistoryFilter(world, filter, ["state"]);
  const states = textsOf(filter, "state");
  return () =>
    world.tasks
      .list()
      .filter(
        (task) => wanted({ entity: task.subject.entity, atMs: task.queuedAt }) && (states.length === 0 || states.includes(task.state)),
      );
};

const wantedEvents = (world: World, args: XmlElement): (() => readonly LoggedEvent[]) => {
  const filter = args.child("filter");
  const wanted = readHistoryFilter(world, filter, ["eventTypeId", "type", "disableFullMessage", "maxCount"]);
  const types = [...textsOf(filter, "eventTypeId").map((id) => id.replace(/^vim\.event\./, "")), ...textsOf(filter, "type")];
  return () => world.events.list().filter((event) => wanted(event) && (types.length === 0 || types.includes(event.type)));
};

/** TaskManager: what runs or ended of late, and the history of tasks. */
export const taskManager = (world: World): ManagedObject => ({
  ref: ref("TaskManager", "TaskManager"),
  properties: {
    recentTask: () => refs(world.tasks.recent().map((task) => task.ref)),
    description: () => undefined,
    maxCollector: () => int(32),
  },
  methods: {
    CreateCollectorForTasks: (call) => {
      const tasks = wantedTasks(world, call.args);
      return collector(call, { type: "TaskHistoryCollector", of: "TaskInfo", items: () => tasks().map((task) => task.info()) });
    },
  },
});

/** EventManager: what happened to VMs and sessions. */
export const eventManager = (world: World): ManagedObject => ({
  ref: ref("EventManager", "EventManager"),
  properties: {
    description: eventDescription,
    latestEvent: () => world.events.list().at(-1)?.data,
    maxCollector: () => int(32),
  },
  methods: {
    CreateCollectorForEvents: (call) => {
      const events = wantedEvents(world, call.args);
      return collector(call, { type: "EventHistoryCollector", of: "Event", items: () => events().map((event) => event.data) });
    },
    QueryEvents: ({ args }) =>
      wantedEvents(world, args)()
        .slice(-(args.child("filter")?.int("maxCount") ?? MAX_PAGE))
        .map((event) => event.data),
  },
});
