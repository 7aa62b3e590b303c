import { noSuchResource } from "./api-status.ts";
import { definedResource } from "./custom-resource.ts";
import type { KubeObject } from "./kube-object.ts";
import { BUILT_IN_RESOURCES, type ServedResource } from "./resource-table.ts";

/** What the API server of one cluster serves at the moment: the built-in resources and the defined ones. */
export class ResourceRegistry {
  readonly #custom = new Map<string, ServedResource>();

  #all: readonly ServedResource[] = BUILT_IN_RESOURCES;

  get all(): readonly ServedResource[] {
    return this.#all;
  }

  define(definition: KubeObject): void {
    const resource = definedResource(definition);
    if (resource === undefined) this.#custom.delete(definition.metadata.name);
    else this.#custom.set(definition.metadata.name, resource);
    this.#collect();
  }

  forget(definition: KubeObject): void {
    this.#custom.delete(definition.metadata.name);
    this.#collect();
  }

  /** The resource that a definition of this name adds. */
  definedBy(name: string): ServedResource | undefined {
    return this.#custom.get(name);
  }

  byPlural(group: string, plural: string): ServedResource | undefined {
    return this.all.find((resource) => resource.group === group && resource.plural === plural);
  }

  /** By kind; without a group the built-in one wins. */
  byKind(kind: string, group?: string): ServedResource {
    const found = this.all.find((resource) => resource.kind === kind && (group === undefined || resource.group === group));
    if (found === undefined) throw noSuchResource();
    return found;
  }

  #collect(): void {
    this.#all = [...BUILT_IN_RESOURCES, ...this.#custom.values()];
  }
}
