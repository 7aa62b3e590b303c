import { Redactor } from "@kubera-e2e/schema/redactor";
import { expect } from "vitest";
import { openAnnotations, type AnnotationStore } from "../src/index.ts";
import type { ContractCase, Stage } from "./contract-case.ts";

const withNotes = async ({ peer }: Stage, work: (notes: AnnotationStore) => Promise<void>): Promise<void> => {
  if (peer.login === undefined) throw new TypeError("only a vSphere keeps notes");
  const { url, ca, username, password } = peer.login;
  const bed = { driver: "esx", endpoint: url, credentials: "vsphere" } as const;
  const notes = openAnnotations(bed, { credentials: { username, password }, caPem: ca, redactor: new Redactor() });
  try {
    await work(notes);
  } finally {
    await notes.close();
  }
};

const TEXT = 'kept by ann & <bob>\nsecond line {"a":"b"}\n';

const CASES: readonly ContractCase[] = [
  {
    title: "reads the notes of a VM as they were written, line by line",
    run: (stage) =>
      withNotes(stage, async (notes) => {
        const { version } = await notes.read(stage.vm);
        expect(version).not.toBe("");
        expect(await notes.write(stage.vm, { text: TEXT, version })).toBe(true);
        expect((await notes.read(stage.vm)).text).toBe(TEXT);
      }),
  },
  {
    title: "gives notes that were written a new version",
    run: (stage) =>
      withNotes(stage, async (notes) => {
        const { version } = await notes.read(stage.vm);
        await notes.write(stage.vm, { text: "first", version });
        expect((await notes.read(stage.vm)).version).not.toBe(version);
      }),
  },
  {
    title: "does not write notes over those that were written since they were read",
    run: (stage) =>
      withNotes(stage, async (notes) => {
        const { version } = await notes.read(stage.vm);
        expect(await notes.write(stage.vm, { text: "first", version })).toBe(true);
        expect(await notes.write(stage.vm, { text: "second", version })).toBe(false);
        expect((await notes.read(stage.vm)).text).toBe("first");
      }),
  },
  {
    title: "lets one of many write notes that read the same version",
    run: (stage) =>
      withNotes(stage, async (notes) => {
        const { version } = await notes.read(stage.vm);
        const texts = Array.from({ length: 8 }, (_, index) => `writer ${index}`);
        const written = await Promise.all(texts.map((text) => notes.write(stage.vm, { text, version })));
        expect(written.filter(Boolean)).toHaveLength(1);
        expect((await notes.read(stage.vm)).text).toBe(texts[written.indexOf(true)]);
      }),
  },
  {
    title: "names a VM that does not exist when its notes are asked for",
    run: (stage) =>
      withNotes(stage, async (notes) => {
        await expect(notes.read("no-such-vm")).rejects.toThrow("[MACHINE_MISSING] 1 VM is not in the inventory: no-such-vm");
      }),
  },
];

/** What leases on a lock VM stand on. */
export const ANNOTATION_CASES: readonly ContractCase[] = CASES.map((one) => ({ ...one, needs: ["login"] }));
