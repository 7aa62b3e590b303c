import type { InvalidField } from "../api-status.ts";
import type { Json } from "../kube-object.ts";
import { at, list, text } from "../printing/fields.ts";
import { duplicate, invalidValue, required } from "./field-faults.ts";

const nameFaults = (containers: readonly Json[], path: string): InvalidField[] => {
  const seen = new Set<string>();
  return containers.flatMap((container, index) => {
    const name = text(container["name"], "");
    const field = `${path}[${index}].name`;
    if (name === "") return [required(field)];
    if (seen.has(name)) return [duplicate(field, name)];
    seen.add(name);
    return [];
  });
};

const portFaults = (container: Json, path: string): InvalidField[] =>
  list(container["ports"]).flatMap((port, index) => {
    const value: unknown = port["containerPort"];
    const field = `${path}.ports[${index}].containerPort`;
    if (value === undefined) return [required(field)];
    return typeof value === "number" && value > 0 && value < 65_536
      ? []
      : [invalidValue(field, value, "must be between 1 and 65535, inclusive")];
  });

const mountFaults = (container: Json, path: string, volumes: ReadonlySet<string>): InvalidField[] =>
  list(container["volumeMounts"]).flatMap((mount, index): InvalidField[] => {
    const at = `${path}.volumeMounts[${index}]`;
    const name = text(mount["name"], "");
    const faults: InvalidField[] = text(mount["mountPath"], "") === "" ? [required(`${at}.mountPath`)] : [];
    if (name === "") return [required(`${at}.name`), ...faults];
    return volumes.has(name) ? faults : [{ field: `${at}.name`, reason: "FieldValueNotFound", message: `Not found: "${name}"` }, ...faults];
  });

const containerFaults = (containers: readonly Json[], path: string, volumes: ReadonlySet<string>): InvalidField[] => [
  ...nameFaults(containers, path),
  ...containers.flatMap((container, index) => {
    const own = `${path}[${index}]`;
    const image = text(container["image"], "") === "" ? [required(`${own}.image`)] : [];
    return [...image, ...portFaults(container, own), ...mountFaults(container, own, volumes)];
  }),
];

/** What is wrong with a pod's spec at `path`; claim templates of a StatefulSet bring volumes of their own. */
export const podFaults = (spec: unknown, path: string, claims: readonly string[] = []): InvalidField[] => {
  const volumes = new Set([...claims, ...list(at(spec, "volumes")).map((volume) => text(volume["name"], ""))]);
  const containers = list(at(spec, "containers"));
  const none = containers.length === 0 ? [required(`${path}.containers`)] : [];
  const init = list(at(spec, "initContainers"));
  return [
    ...none,
    ...containerFaults(containers, `${path}.containers`, volumes),
    ...containerFaults(init, `${path}.initContainers`, volumes),
  ];
};
