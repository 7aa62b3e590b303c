import { randomBytes, randomUUID } from "node:crypto";
import { isRecord } from "./json.ts";
import { ID_LETTERS, type Tables } from "./rows.ts";

type TableName = keyof Tables;
type TableData = { readonly [Name in TableName]: Readonly<Record<string, Tables[Name]>> };

/** What lies in the volume of the mysql pod. Never changed in place: a snapshot of the disk keeps its own. */
export interface DatabaseState {
  readonly schema: "maya@1";
  /** Signs the session tokens, so that those of another installation are worth nothing. */
  readonly sessionKey: string;
  /** The value of setting `websocketproxy.unique.identity`. */
  readonly uniqueId: string;
  readonly lastNumbers: Readonly<Record<string, number>>;
  readonly tables: TableData;
}

/** Nobody serves the database at the moment. */
export class DatabaseGone extends Error {}

const TABLE_NAMES = Object.keys(ID_LETTERS) as readonly TableName[];

const emptyState = (): DatabaseState => ({
  schema: "maya@1",
  sessionKey: randomBytes(32).toString("base64url"),
  uniqueId: randomUUID(),
  lastNumbers: {},
  tables: Object.fromEntries(TABLE_NAMES.map((name) => [name, {}])) as unknown as TableData,
});

const isState = (value: unknown): value is DatabaseState => isRecord(value) && value["schema"] === "maya@1" && isRecord(value["tables"]);

export interface DatabaseFiles {
  /** What the volume holds; undefined when it is empty. */
  readonly read: () => unknown;
  readonly write: (state: DatabaseState) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The `maya` schema while mysql serves it: read from the volume at the start, written back whole on each change. */
export class Database {
  #state: DatabaseState;
  #open = true;
  readonly #files: DatabaseFiles;

  constructor(files: DatabaseFiles) {
    this.#files = files;
    const stored = files.read();
    if (stored !== undefined && !isState(stored)) throw new Error("the volume holds something else than the schema maya@1");
    this.#state = stored ?? emptyState();
    if (stored === undefined) files.write(this.#state);
  }

  get state(): DatabaseState {
    if (!this.#open) throw new DatabaseGone("mysql has gone away");
    return this.#state;
  }

  /** The server ends: from now on every use throws `DatabaseGone`. */
  close(): void {
    this.#open = false;
  }

  list<Name extends TableName>(table: Name): readonly Tables[Name][] {
    return Object.values<Tables[Name]>(this.#rows(table));
  }

  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined {
    const rows = this.#rows(table);
    return Object.hasOwn(rows, id) ? rows[id] : undefined;
  }

  insert<Name extends TableName>(table: Name, fields: Omit<Tables[Name], "id" | "created">): Tables[Name] {
    const letters = ID_LETTERS[table];
    const number = (this.state.lastNumbers[letters] ?? 0) + 1;
    const row = { id: `1${letters}${number}`, created: new Date(this.#files.now()).toISOString(), ...fields } as unknown as Tables[Name];
    this.#save({ ...this.state, lastNumbers: { ...this.state.lastNumbers, [letters]: number }, tables: this.#with(table, row) });
    return row;
  }

  /** Undefined when there is no such row. */
  update<Name extends TableName>(table: Name, id: string, change: Partial<Tables[Name]>): Tables[Name] | undefined {
    const before = this.get(table, id);
    if (before === undefined) return undefined;
    const row = { ...before, ...change };
    this.#save({ ...this.state, tables: this.#with(table, row) });
    return row;
  }

  remove(table: TableName, id: string): void {
    const rest = Object.fromEntries(Object.entries(this.#rows(table)).filter(([key]) => key !== id));
    this.#save({ ...this.state, tables: { ...this.state.tables, [table]: rest } });
  }

  #rows<Name extends TableName>(table: Name): Readonly<Record<string, Tables[Name]>> {
    // A volume written by an older release may lack a table.
    return Object.hasOwn(this.state.tables, table) ? this.state.tables[table] : {};
  }

  #with(table: TableName, row: Tables[TableName]): TableData {
    return { ...this.state.tables, [table]: { ...this.#rows(table), [row.id]: row } };
  }

  #save(state: DatabaseState): void {
    this.#files.write(state);
    this.#state = state;
  }
}
