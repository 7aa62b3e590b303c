import { expect, test } from "vitest";
import { inspectTestBed, parseTestBed } from "../src/parse-test-bed.ts";
import { BED_YAML, VALUES } from "./sample-bed.ts";

const withAccess = (access: string): string => BED_YAML.replace("target: real", `target: real\naccess: ${access}`);

test("a bed declares one way, and an endpoint its own", () => {
  const text = withAccess("{ via: jump-host, destination: ops@bastion, options: [-p, '2222'] }")
    .replace("director: {", "director: { access: { via: direct },")
    .replace("registry: {", 'registry: { access: { via: proxy, url: "socks5://proxy.lab:1080", credentials: site-proxy },')
    .replace("role: server", 'role: server\n    access: { via: proxy, url: "http://[fd00::1]:3128" }');
  expect(parseTestBed(text, "konvoy.yaml", VALUES)).toMatchObject({
    access: { via: "jump-host", destination: "ops@bastion", options: ["-p", "2222"] },
    director: { access: { via: "direct" } },
    registry: { access: { via: "proxy", url: "socks5://proxy.lab:1080", credentials: "site-proxy" } },
    clusters: [{ access: { via: "proxy", url: "http://[fd00::1]:3128" } }],
  });
});

const HELD = "5:1 access.options.0: host keys are always verified, and ssh stays in the foreground";

test.each([
  ["{ via: vpn }", ["5:11 access.via: Invalid discriminator value. Expected 'direct' | 'jump-host' | 'proxy'"]],
  ["{ via: jump-host, destination: -oProxyCommand=id }", ["5:27 access.destination: write a host of ssh_config, or user@host"]],
  ["{ via: jump-host, destination: bastion, options: [-oStrictHostKeyChecking=no] }", [HELD.replace("5:1 ", "5:59 ")]],
  ["{ via: jump-host, destination: bastion, options: [StrictHostKeyChecking accept-new] }", [HELD.replace("5:1 ", "5:59 ")]],
  ["{ via: jump-host, destination: bastion, options: [-f] }", [HELD.replace("5:1 ", "5:59 ")]],
  [
    '{ via: proxy, url: "http://ann:pass@proxy.lab:3128" }',
    ["5:23 access.url: write http://host:port or socks5://host:port, without credentials"],
  ],
  ['{ via: proxy, url: "https://proxy.lab" }', ["5:23 access.url: write http://host:port or socks5://host:port, without credentials"]],
  ["{ via: direct, destination: bastion }", ["5:24 access.destination: unknown key"]],
])("refuses %s at its place", (access, expected) => {
  expect(inspectTestBed(withAccess(access), VALUES).faults.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual(
    expected,
  );
});
