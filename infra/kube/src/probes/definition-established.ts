import { never, notYet, reached } from "@kubera-e2e/schema/wait-until";
import { conditionOf, KINDS, type Condition, type Definition } from "../kinds.ts";
import type { KubeProbe } from "../view.ts";

const told = ({ reason, message }: Condition): string => [reason, message].filter(Boolean).join(": ") || "without a reason";

/** CustomResourceDefinition `plural.group` is established, so that its kind is served; names that another one holds never are. */
export const definitionEstablished = (name: string): KubeProbe<Definition> => ({
  what: `CustomResourceDefinition ${name} is established`,
  kinds: [KINDS.definition],
  about: { ...KINDS.definition, name },
  probe: (view) => {
    const definition = view.get<Definition>({ ...KINDS.definition, name });
    if (definition === undefined) return notYet("there is no such CustomResourceDefinition");
    if (definition.metadata.deletionTimestamp !== undefined) return notYet("it is being deleted");
    const names = conditionOf(definition, "NamesAccepted");
    if (names?.status === "False") return never(`its names are not accepted: ${told(names)}`);
    const established = conditionOf(definition, "Established");
    if (established?.status === "True") return reached(definition);
    return notYet(
      established === undefined
        ? "it has not told whether it is established"
        : `Established is ${established.status}: ${told(established)}`,
    );
  },
});
