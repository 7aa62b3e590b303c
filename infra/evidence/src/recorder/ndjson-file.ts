import { constants } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { systemClock } from "@kubera-e2e/schema/clock";
import { LineIndex, type Block } from "./line-index.ts";
import { lengthOfWholeLines, parseLines } from "./parse-lines.ts";

interface Pending {
  readonly text: string;
  readonly atMs: number;
}

/** What may wait in memory while a file cannot be written. */
const PENDING_LIMIT = 4 * 1024 * 1024;

const CREATE_OR_CHANGE = constants.O_RDWR | constants.O_CREAT;

const GATHER_MS = 20;

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

/** Its folder is made with the first line. */
const openMaking = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, CREATE_OR_CHANGE);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, CREATE_OR_CHANGE);
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Lines of JSON in a file that only grows; memory holds an index of it, and what could not be written yet. */
export class NdjsonFile {
  readonly path: string;
  readonly #index = new LineIndex();
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #dropped = 0;
  #size: number | undefined;
  #writing: Promise<void> | undefined;
  #trouble: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Why lines are missing in the file. */
  get trouble(): string | undefined {
    if (this.#trouble === undefined) return undefined;
    return this.#dropped === 0 ? this.#trouble : `${this.#trouble}; ${this.#dropped} lines were dropped`;
  }

  /** Takes a line that tells of a moment; it is written as soon as those before it are. */
  append(atMs: number, value: object): void {
    const text = `${JSON.stringify(value)}\n`;
    this.#pending.push({ text, atMs });
    this.#pendingBytes += text.length;
    if (this.#pendingBytes > PENDING_LIMIT) this.#dropOldest();
    this.#writing ??= this.#write();
  }

  /** Whole lines that may tell of a span of time, as they were appended. */
  async read(fromMs: number, toMs: number): Promise<unknown[]> {
    await this.flush();
    const blocks = this.#index.within(fromMs, toMs);
    const stored = blocks.length === 0 ? [] : await this.#readBlocks(blocks);
    const waiting = this.#pending.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    return [...stored, ...parseLines(waiting.map(({ text }) => text).join("")).values];
  }

  /** Until what was appended is written, or cannot be. */
  async flush(): Promise<void> {
    if (this.#writing === undefined && this.#pending.length > 0) this.#writing = this.#write();
    while (this.#writing !== undefined) await this.#writing;
  }

  async #readBlocks(blocks: readonly Block[]): Promise<unknown[]> {
    const file = await open(this.path, "r");
    try {
      const found: unknown[] = [];
      for (const { offset, bytes } of blocks) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
        found.push(...parseLines(buffer.toString("utf8", 0, bytesRead)).values);
      }
      return found;
    } finally {
      await file.close();
    }
  }

  async #write(): Promise<void> {
    // What comes within a moment is written together: a cluster that starts tells much, and each write opens its file.
    await systemClock.sleep(GATHER_MS);
    try {
      const file = await openMaking(this.path);
      try {
        this.#size ??= await withoutTornLine(file);
        while (this.#pending.length > 0) await this.#writeBatch(file, this.#size);
      } finally {
        await file.close();
      }
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = `${this.path} cannot be written: ${messageOf(error)}`;
    } finally {
      // What came while the file was being closed is nobody's business else.
      const mustGoOn = this.#pending.length > 0 && this.#trouble === undefined;
      this.#writing = mustGoOn ? this.#write() : undefined;
    }
  }

  async #writeBatch(file: FileHandle, offset: number): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    const bytes = Buffer.from(batch.map(({ text }) => text).join(""));
    try {
      await writeAll(file, bytes, offset);
    } catch (error) {
      // At the same place again, so that half a line never stays.
      this.#pending = [...batch, ...this.#pending];
      this.#pendingBytes = this.#pending.reduce((sum, { text }) => sum + text.length, 0);
      throw error;
    }
    const times = batch.map(({ atMs }) => atMs);
    const [fromMs, toMs] = times.reduce<readonly [number, number]>(
      ([least, most], ms) => [Math.min(least, ms), Math.max(most, ms)],
      [Infinity, -Infinity],
    );
    this.#index.add({ offset, bytes: bytes.length, fromMs, toMs });
    this.#size = offset + bytes.length;
  }

  #dropOldest(): void {
    let first = 0;
    for (; this.#pendingBytes > PENDING_LIMIT && first < this.#pending.length - 1; first += 1)
      this.#pendingBytes -= this.#pending[first]?.text.length ?? 0;
    this.#pending = this.#pending.slice(first);
    this.#dropped += first;
  }
}

const writeAll = async (file: FileHandle, bytes: Buffer, offset: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
};

/** Length of a file that somebody else has begun, once a last line that was never finished is cut off. */
const withoutTornLine = async (file: FileHandle): Promise<number> => {
  const { size } = await file.stat();
  if (size === 0) return 0;
  const whole = lengthOfWholeLines(await file.readFile());
  if (whole < size) await file.truncate(whole);
  return whole;
};
