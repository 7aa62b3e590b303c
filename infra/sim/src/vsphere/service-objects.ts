import { vcenterAbout } from "./about.ts";
import type { Call, ManagedObject } from "./managed-object.ts";
import { data, list, ref, time, type Data } from "./value.ts";
import { notFound } from "./vim-fault.ts";
import type { World } from "./world.ts";

/** The one object that every client knows without asking. */
export const SERVICE_INSTANCE = ref("ServiceInstance", "ServiceInstance");
export const SESSION_MANAGER = ref("SessionManager", "SessionManager");
/** Each session has its own under this id. */
export const PROPERTY_COLLECTOR = ref("PropertyCollector", "propertyCollector");

export const serviceContent = (world: World): Data =>
  data("ServiceContent", {
    rootFolder: world.inventory.root,
    propertyCollector: PROPERTY_COLLECTOR,
    viewManager: ref("ViewManager", "ViewManager"),
    about: vcenterAbout(),
    sessionManager: SESSION_MANAGER,
    eventManager: ref("EventManager", "EventManager"),
    taskManager: ref("TaskManager", "TaskManager"),
    searchIndex: ref("SearchIndex", "SearchIndex"),
  });

/** ServiceInstance: the door to everything else. */
export const serviceInstance = (world: World): ManagedObject => ({
  ref: SERVICE_INSTANCE,
  properties: {
    serverClock: () => time(world.dataCenter.time.now()),
    capability: () => data("Capability", { provisioningSupported: true, multiHostSupported: true, userShellAccessSupported: false }),
    content: () => serviceContent(world),
  },
  methods: {
    RetrieveServiceContent: () => serviceContent(world),
    CurrentTime: () => time(world.dataCenter.time.now()),
  },
});

const locales = (): ReturnType<typeof list> => list("xsd:string", ["en"]);

const terminate = (world: World, { args, session }: Call): undefined => {
  const keys = args.all("sessionId").map((key) => key.text.trim());
  const ended = world.sessions.list().filter((other) => keys.includes(other.key));
  if (ended.length < keys.length || ended.includes(session)) throw notFound(`a session of ${keys.join(", ")} other than one's own`);
  for (const other of ended) world.sessions.end(other);
  return undefined;
};

/** SessionManager as one session sees it; Login is answered before there is a session. */
export const sessionManager = (world: World, current: Call["session"]): ManagedObject => ({
  ref: SESSION_MANAGER,
  properties: {
    sessionList: () =>
      list(
        "UserSession",
        world.sessions.list().map((session) => session.toData()),
      ),
    currentSession: () => current.toData(),
    message: () => "",
    messageLocaleList: locales,
    supportedLocaleList: locales,
    defaultLocale: () => "en",
  },
  methods: {
    Logout: ({ session }) => {
      world.sessions.end(session);
      world.events.logout(session.userName);
      return undefined;
    },
    SessionIsActive: ({ args }) =>
      world.sessions
        .list()
        .some((session) => session.key === args.required("sessionID").trim() && session.userName === args.required("userName").trim()),
    TerminateSession: (call) => terminate(world, call),
  },
});
