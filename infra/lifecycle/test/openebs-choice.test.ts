import { expect, test } from "vitest";
import { openebsFields } from "../src/openebs-choice.ts";

const BASIC = { namespace: "openebs", defaultDirectory: "/var/openebs", installationMode: "basic" };
const ADVANCED = { ...BASIC, installationMode: "advance" };

test.each([
  ["nothing", {}, BASIC],
  ["nodes and a version", { version: "2.0.0-ee", controlPlane: ["a"], dataPlane: ["b"] }, BASIC],
  ["limits", { limits: { cpu: "150m", memory: "250Mi" } }, { ...ADVANCED, cpuResourceLimit: "150m", memoryResourceLimit: "250Mi" }],
  ["one limit", { limits: { memory: "250Mi" } }, { ...ADVANCED, memoryResourceLimit: "250Mi" }],
  [
    "filters",
    { filters: { include: ["/dev/sdb", "/dev/sdc"], exclude: ["/dev/sdc"] } },
    { ...ADVANCED, includeDeviceFilters: "/dev/sdb,/dev/sdc", excludeDeviceFilters: "/dev/sdc" },
  ],
  [
    "a place of one's own",
    { namespace: "storage", directory: "/mnt/openebs", registry: "registry.example.com/openebs/" },
    {
      ...ADVANCED,
      namespace: "storage",
      defaultDirectory: "/mnt/openebs",
      dockerRegistry: "registry.example.com/openebs/",
    },
  ],
])("a choice of %s is told in Director's fields", (_, choice, fields) => expect(openebsFields(choice)).toEqual(fields));
