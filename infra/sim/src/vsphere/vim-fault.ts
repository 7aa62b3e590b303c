import { data, enumeration, ref, type Data, type Fields, type Ref } from "./value.ts";

/** A fault of vim25: as the answer to a call, or as the error of a task. `type` is its name in the API. */
export class VimFault extends Error {
  readonly type: string;
  readonly fields: Fields;

  constructor(type: string, message: string, fields: Fields = {}) {
    super(message);
    this.name = "VimFault";
    this.type = type;
    this.fields = fields;
  }

  toData(): Data {
    return data(this.type, this.fields);
  }
}

/** How a fault stands in data: as the error of a task or of a property that could not be read. */
export const localized = (fault: VimFault): Data =>
  data("LocalizedMethodFault", { fault: fault.toData(), localizedMessage: fault.message });

const POWER_LABELS: Readonly<Record<string, string>> = { poweredOn: "Powered on", poweredOff: "Powered off", suspended: "Suspended" };

export const invalidLogin = (): VimFault =>
  new VimFault("InvalidLogin", "Cannot complete login due to an incorrect user name or password.");

export const notAuthenticated = (object: Ref): VimFault =>
  new VimFault("NotAuthenticated", "The session is not authenticated.", { object, privilegeId: "System.View" });

export const invalidPowerState = (existing: string, requested?: string): VimFault =>
  new VimFault(
    "InvalidPowerState",
    `The attempted operation cannot be performed in the current state (${POWER_LABELS[existing] ?? existing}).`,
    {
      requestedState: requested === undefined ? undefined : enumeration("VirtualMachinePowerState", requested),
      existingState: enumeration("VirtualMachinePowerState", existing),
    },
  );

export const taskInProgress = (task: Ref): VimFault => new VimFault("TaskInProgress", "Another task is already in progress.", { task });

export const managedObjectNotFound = (object: Ref): VimFault =>
  new VimFault(
    "ManagedObjectNotFound",
    `The object 'vim.${object.type}:${object.id}' has already been deleted or has not been completely created`,
    { obj: ref(object.type, object.id) },
  );

export const methodNotFound = (receiver: Ref, method: string): VimFault =>
  new VimFault("MethodNotFound", `The method ${method} is not known to the simulated ${receiver.type} ${receiver.id}.`, {
    receiver,
    method,
  });

export const invalidProperty = (name: string): VimFault =>
  new VimFault("InvalidProperty", `The property ${name} is not known to the simulated vSphere.`, { name });

export const invalidArgument = (name: string, because: string): VimFault =>
  new VimFault("InvalidArgument", `A specified parameter was not correct: ${name}: ${because}`, { invalidProperty: name });

export const duplicateName = (name: string, object: Ref): VimFault =>
  new VimFault("DuplicateName", `The name '${name}' already exists.`, { name, object });

export const invalidRequest = (because: string): VimFault => new VimFault("InvalidRequest", because);

export const notFound = (what: string): VimFault => new VimFault("NotFound", `The object or item referred to could not be found: ${what}`);

export const notSupported = (what: string): VimFault =>
  new VimFault("NotSupported", `The operation is not supported on the object: ${what}`);

export const concurrentAccess = (): VimFault =>
  new VimFault("ConcurrentAccess", "The configuration was changed by somebody else since it was read (changeVersion differs).");

export const invalidCollectorVersion = (): VimFault =>
  new VimFault("InvalidCollectorVersion", "The version is neither empty nor the one answered last.");

export const requestCanceled = (): VimFault => new VimFault("RequestCanceled", "The task was canceled by a user.");
