import { probes, type KubeProbe, type Manifest } from "../../src/index.ts";
import type { Manifests } from "./manifests.ts";
import type { Lacks, World } from "./world.ts";

export interface Case {
  readonly title: string;
  readonly given: (make: Manifests, world: World) => readonly Manifest[];
  readonly wait: (namespace: string) => KubeProbe<unknown>;
  readonly needs?: keyof Lacks;
}

/** The ref of an object, in the namespace of a test. */
export const named = (name: string) => (namespace: string) => ({ namespace, name });

/** What is waited for, and comes. */
export const COMES: readonly Case[] = [
  { title: "a pod", given: (make) => [make.pod("a")], wait: (namespace) => probes.podReady({ namespace, name: "a" }) },
  {
    title: "a pod with an init container",
    given: (make, { images }) => [
      make.pod("a", { spec: { initContainers: [{ name: "first", image: images.guest, args: ["exit", "0"] }] } }),
    ],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
  },
  {
    title: "a pod that is asked whether it is ready",
    given: (make) => [make.pod("a", { container: { readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } } })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
  },
  {
    title: "a Deployment",
    given: (make) => [make.deployment("a", { replicas: 3 })],
    wait: (namespace) => probes.deploymentAvailable(named("a")(namespace)),
  },
  {
    title: "a Deployment without replicas",
    given: (make) => [make.deployment("a", { replicas: 0 })],
    wait: (namespace) => probes.deploymentAvailable(named("a")(namespace)),
  },
  {
    title: "a StatefulSet",
    given: (make) => [make.service("a", "a"), make.statefulSet("a")],
    wait: (namespace) => probes.statefulSetReady(named("a")(namespace)),
  },
  { title: "a DaemonSet", given: (make) => [make.daemonSet("a")], wait: (namespace) => probes.daemonSetReady(named("a")(namespace)) },
  {
    title: "a Job",
    given: (make) => [make.job("a", { args: ["exit", "0"] })],
    wait: (namespace) => probes.jobComplete(named("a")(namespace)),
  },
  {
    title: "a Job of three completions, two at a time",
    given: (make) => [make.job("a", { args: ["exit", "0"] }, { completions: 3, parallelism: 2 })],
    wait: (namespace) => probes.jobComplete(named("a")(namespace)),
  },
  {
    title: "a claim that names its volume",
    given: (make) => [make.volume("v"), make.claim("a", { storageClassName: "", volumeName: make.volume("v").metadata.name })],
    wait: (namespace) => probes.claimBound(named("a")(namespace)),
  },
  {
    title: "a Service with an endpoint",
    given: (make) => [make.pod("a"), make.service("a", "a")],
    wait: (namespace) => probes.serviceReady(named("a")(namespace)),
  },
  {
    title: "any object by its kind",
    given: (make) => [make.deployment("a")],
    wait: (namespace) => probes.objectReady({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "a" }),
  },
  {
    title: "a Normal event",
    given: (make) => [make.pod("a")],
    wait: (namespace) => probes.eventTold({ apiVersion: "v1", kind: "Pod", namespace, name: "a" }, { reason: "Scheduled", type: "Normal" }),
  },
];
