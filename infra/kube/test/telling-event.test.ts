import { describe, expect, test } from "vitest";
import type { KubeEvent } from "../src/kinds.ts";
import { tellingEvent } from "../src/telling-event.ts";

type Told = readonly [second: number, type: "Normal" | "Warning", reason: string, message: string];

const eventOf = ([second, type, reason, message]: Told): KubeEvent => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: `e-${second}-${reason}` },
  involvedObject: { kind: "Pod", name: "a" },
  type,
  reason,
  message,
  lastTimestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
});

const PULLED: Told = [9, "Normal", "Pulled", 'Container image "guest:1" already present on machine'];

describe("the most telling event", () => {
  test.each<{ title: string; events: readonly Told[]; tells: string }>([
    {
      title: "of a crash loop is its back-off, however often the container was started since",
      events: [
        [8, "Warning", "BackOff", "Back-off restarting failed container main in pod a"],
        PULLED,
        [9, "Normal", "Started", "Started container main"],
      ],
      tells: "Back-off restarting failed container main in pod a",
    },
    {
      title: "of a pull that failed names the cause, not the state that came of it",
      events: [
        [3, "Warning", "Failed", 'Failed to pull image "absent:1": not found'],
        [3, "Warning", "Failed", "Error: ErrImagePull"],
        [4, "Normal", "BackOff", 'Back-off pulling image "absent:1"'],
        [4, "Warning", "Failed", "Error: ImagePullBackOff"],
      ],
      tells: 'Failed to pull image "absent:1": not found',
    },
    {
      title: "is not a warning that every pod of the cluster gets",
      events: [
        [5, "Normal", "Pulling", 'Pulling image "guest:1"'],
        [6, "Warning", "MissingClusterDNS", "kubelet does not have ClusterDNS IP configured"],
      ],
      tells: 'Pulling image "guest:1"',
    },
    {
      title: "is what came last when all is over",
      events: [[5, "Normal", "Pulling", 'Pulling image "guest:1"'], PULLED],
      tells: 'Container image "guest:1" already present on machine',
    },
  ])("$title", ({ events, tells }) => {
    expect(tellingEvent(events.map(eventOf))?.message).toBe(tells);
  });
});
