import type { Properties } from "./managed-object.ts";
import { enumeration, int, list, refs, type Ref, type Scalar, type Value } from "./value.ts";

export const green = (): Scalar => enumeration("ManagedEntityStatus", "green");

/** What every entity of the inventory has. */
export const entityProperties = (parts: {
  readonly name: string;
  readonly parent: Ref | undefined;
  readonly recentTask?: () => readonly Ref[];
  readonly disabledMethod?: () => readonly string[];
}): Properties => {
  const none = (of: string) => (): Value => list(of, []);
  return {
    name: () => parts.name,
    parent: () => parts.parent,
    overallStatus: green,
    configStatus: green,
    configIssue: none("Event"),
    effectiveRole: () => list("xsd:int", [int(-1)]),
    permission: none("Permission"),
    disabledMethod: () => list("xsd:string", parts.disabledMethod?.() ?? []),
    recentTask: () => refs(parts.recentTask?.() ?? []),
    declaredAlarmState: none("AlarmState"),
    triggeredAlarmState: none("AlarmState"),
    alarmActionsEnabled: () => true,
    tag: none("Tag"),
    customValue: none("CustomFieldValue"),
    availableField: none("CustomFieldDef"),
    value: none("CustomFieldValue"),
  };
};
