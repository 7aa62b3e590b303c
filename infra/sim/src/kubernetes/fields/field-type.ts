/** How the entries of a list are told apart: by some of their fields, each by itself, or not at all. */
export type ListKind = "atomic" | "set" | readonly string[];

/** What server-side apply must know of the type of a value. */
export interface FieldType {
  readonly list: ListKind;
  /** Whether a map of this type is one value, owned and written as a whole. */
  readonly atomic: boolean;
  /** Whether other names than the fields are refused. */
  readonly closed: boolean;
  /** Whether the name is a field of a structure rather than an entry of a map. */
  isField(name: string): boolean;
  field(name: string): FieldType;
  /** Type of the entries of a list. */
  readonly entry: FieldType;
}

/** A type that is read off its value, as that of kinds without a schema: maps by entry, lists as a whole. */
export const DEDUCED: FieldType = {
  list: "atomic",
  atomic: false,
  closed: false,
  isField: () => false,
  field: () => DEDUCED,
  get entry() {
    return DEDUCED;
  },
};
