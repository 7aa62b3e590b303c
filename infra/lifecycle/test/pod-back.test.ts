import { describe, expect, test } from "vitest";
import { PodsBack, type PodLook } from "../src/pod-back.ts";

const POWERED_ON_MS = Date.parse("2026-01-01T00:00:00Z");
const [OLD, FRESH] = ["2025-12-31T23:00:00Z", "2026-01-01T00:00:09Z"];

interface Wish {
  readonly name?: string;
  readonly ready?: boolean;
  readonly startedAt?: string;
  readonly phase?: string;
  readonly leaving?: boolean;
  /** Since when it is ready, or is not. */
  readonly since?: string;
  readonly createdAt?: string;
  readonly owner?: string;
}

const pod = ({
  name = "a",
  ready = true,
  startedAt = FRESH,
  phase = "Running",
  leaving = false,
  since = OLD,
  createdAt = OLD,
  owner,
}: Wish): PodLook => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "n",
    uid: name,
    creationTimestamp: createdAt,
    ...(leaving && { deletionTimestamp: FRESH }),
    ...(owner !== undefined && { ownerReferences: [{ uid: owner, controller: true }] }),
  },
  status: {
    phase,
    conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: since }],
    containerStatuses: [{ name: "main", state: { running: { startedAt } } }],
  },
});

/** What each look says of the pods that it is shown. */
const looks = (...shown: readonly (readonly Wish[])[]): string[] => {
  const back = new PodsBack(POWERED_ON_MS);
  return shown.map((pods) => {
    const seen = back.look(pods.map(pod));
    return seen.done ? `${seen.value} are back` : seen.because;
  });
};

describe("pods of a restored cluster", () => {
  test.each([
    { title: "none at all", shown: [[]], says: ["0 are back"] },
    {
      title: "a status of before the restore is not believed",
      shown: [[{ startedAt: OLD }], [{ startedAt: FRESH }]],
      says: ["1 of 1 are not: pod n/a: main is told as running since before the restore", "1 are back"],
    },
    {
      title: "one that was ready then is awaited while it starts again",
      shown: [[{ startedAt: OLD }], [{ ready: false }], [{}]],
      says: [
        "1 of 1 are not: pod n/a: main is told as running since before the restore",
        "1 of 1 are not: pod n/a: it is Running and not Ready",
        "1 are back",
      ],
    },
    {
      title: "one whose kubelet has told already that it is not ready any more is awaited",
      shown: [[{ ready: false, since: FRESH }], [{}]],
      says: ["1 of 1 are not: pod n/a: it is Running and not Ready", "1 are back"],
    },
    { title: "one that was made since is not awaited", shown: [[{ ready: false, since: FRESH, createdAt: FRESH }]], says: ["0 are back"] },
    {
      title: "one that was not ready then is not awaited",
      shown: [[{ ready: false, startedAt: OLD }, { name: "b" }]],
      says: ["1 are back"],
    },
    { title: "one that has gone is not awaited any more", shown: [[{ startedAt: OLD }], []], says: [expect.anything(), "0 are back"] },
    {
      title: "one that goes is not awaited any more",
      shown: [[{ startedAt: OLD }], [{ leaving: true }]],
      says: [expect.anything(), "0 are back"],
    },
    {
      title: "those that its owner makes for it are awaited in its place",
      shown: [
        [{ startedAt: OLD, owner: "set" }],
        [
          { leaving: true, owner: "set" },
          { name: "b", ready: false, createdAt: FRESH, owner: "set" },
        ],
        [{ name: "b", createdAt: FRESH, owner: "set" }],
      ],
      says: [expect.anything(), "1 of 1 are not: pod n/b: it is Running and not Ready", "1 are back"],
    },
    {
      title: "those that another owner makes are not",
      shown: [[{ startedAt: OLD, owner: "set" }], [{ name: "b", ready: false, createdAt: FRESH, owner: "other" }]],
      says: [expect.anything(), "0 are back"],
    },
    {
      title: "one that was evicted meanwhile is not awaited any more",
      shown: [[{ startedAt: OLD }], [{ phase: "Failed", ready: false }]],
      says: [expect.anything(), "1 are back"],
    },
    {
      title: "many are told in part",
      shown: [Array.from({ length: 7 }, (_, index) => ({ name: `p${index}`, startedAt: OLD }))],
      says: [expect.stringMatching(/^7 of 7 are not: pod n\/p0: .*pod n\/p4: [^;]*; … and 2 more$/)],
    },
  ])("$title", ({ shown, says }) => {
    expect(looks(...shown)).toEqual(says);
  });
});
