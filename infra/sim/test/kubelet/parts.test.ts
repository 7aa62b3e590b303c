import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { ContainerLog, type LogLine } from "../../src/kubernetes/kubelet/container-log.ts";
import { goDuration } from "../../src/kubernetes/kubelet/go-duration.ts";
import { parseImage } from "../../src/kubernetes/kubelet/image-reference.ts";
import { failedPull, refusedPull } from "../../src/kubernetes/kubelet/pull-error.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("image references", () => {
  it.each([
    ["127.0.0.1:5000/mayadata/mysql:1.12.0", { host: "127.0.0.1:5000", repository: "mayadata/mysql", reference: "1.12.0" }],
    ["registry.k8s.io/pause", { host: "registry.k8s.io", repository: "pause", reference: "latest" }],
    ["busybox", { host: "docker.io", repository: "library/busybox", reference: "latest" }],
    ["openebs/ndm:2", { host: "docker.io", repository: "openebs/ndm", reference: "2" }],
    [`localhost/app@${DIGEST}`, { host: "localhost", repository: "app", reference: DIGEST }],
    ["Upper/Case", undefined],
    ["", undefined],
  ])("reads %s", (image, expected) => {
    expect(parseImage(image)).toEqual(expected);
  });

  it("never throws, whatever stands there", () => {
    assert(
      property(string(), (text) => {
        expect(parseImage(text)?.repository).not.toBe("");
      }),
    );
  });
});

describe("durations as Go prints them", () => {
  it.each([
    [151.4, "151ms"],
    [1204, "1.204s"],
    [10_000, "10s"],
    [62_500, "1m2.5s"],
  ])("prints %d ms as %s", (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});

describe("failed pulls in containerd's words", () => {
  const url = "https://reg:1/v2/a/manifests/1";
  const prefix = 'rpc error: code = Unknown desc = failed to pull and unpack image "i": failed to resolve reference "i": ';

  it.each([
    ["ENOTFOUND", "dial tcp: lookup reg: no such host"],
    ["ECONNREFUSED", "dial tcp reg:1: connect: connection refused"],
    ["CERT_HAS_EXPIRED", "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls: failed to verify certificate: x509: certificate signed by unknown authority"],
  ])("words %s", (code, words) => {
    expect(failedPull("i", url, { code }).message).toBe(`${prefix}failed to do request: Head "${url}": ${words}`);
  });

  it.each([
    [401, "401 Unauthorized"],
    [429, "429 Too Many Requests"],
    [502, "502"],
  ])("words status %i", (status, words) => {
    expect(refusedPull("i", url, status).message).toBe(`${prefix}unexpected status from HEAD request to ${url}: ${words}`);
  });
});

describe("a container's log", () => {
  it("tells followers every line and the end", () => {
    const log = new ContainerLog();
    const seen: (LogLine | undefined)[] = [];
    log.write("before", 0);
    log.follow((line) => seen.push(line));
    log.write("after", 1000);
    log.end();
    log.follow((line) => seen.push(line));
    expect(seen).toEqual([{ time: "1970-01-01T00:00:01.000Z", text: "after" }, undefined, undefined]);
  });

  it("forgets the oldest lines beyond its limit", () => {
    const log = new ContainerLog();
    for (let count = 0; count < 2001; count += 1) log.write(String(count), 0);
    expect([log.lines.length, log.lines[0]?.text]).toEqual([2000, "1"]);
  });
});
