import {
  endpointsOf,
  lookAtTrust,
  pinsFile,
  readPins,
  storePins,
  type Endpoint,
  type StoredPins,
  type TrustLook,
} from "@kubera-e2e/lifecycle/access";
import { EXIT, type ExitCode } from "@kubera-e2e/schema/exit-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import { withWays, type BedOnTheWay } from "./bed-ways.ts";
import { confirm } from "./confirm.ts";

export interface TrustFlags {
  /** An endpoint, or true for every one that is refused. */
  readonly accept?: string | true;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface Row {
  readonly endpoint: Endpoint;
  readonly look: TrustLook;
  /** Who vouches for it, in words. */
  readonly by: string;
}

const lookAtAll = async ({ bed, settings, ways }: BedOnTheWay): Promise<Row[]> => {
  const pins = readPins(bed.name, settings);
  const byOf = ({ name, trust, trustedBy }: Endpoint): string => {
    const pin = pins[name];
    return pin !== undefined && trust?.pin === pin.pin ? `${trustedBy}, accepted ${pin.acceptedAt}` : trustedBy;
  };
  const endpoints = await endpointsOf(bed);
  return Promise.all(
    endpoints.map(async (endpoint) => ({
      endpoint,
      look: await lookAtTrust(endpoint, ways.to(endpoint.name)),
      by: byOf(endpoint),
    })),
  );
};

const certificateLines = (look: TrustLook): string[] => {
  if (look.state !== "trusted" && look.state !== "refused") return [];
  const { subject, issuer, names, validFrom, validTo, pin, selfSigned } = look.certificate;
  return [
    `subject     ${subject}`,
    `issuer      ${selfSigned ? "itself" : issuer}`,
    `names       ${names === "" ? "none" : names}`,
    `valid       ${validFrom} to ${validTo}`,
    `fingerprint ${pin}`,
  ];
};

const verdictOf = ({ look, by }: Row): string => {
  switch (look.state) {
    case "plain":
      return "no TLS: whoever sits between reads and changes everything";
    case "trusted":
      return `trusted by ${by}`;
    case "refused":
      return `NOT TRUSTED by ${by}: ${look.problem.code}: ${look.problem.because}`;
    case "unreachable":
      return `not reached: ${look.problem.code}: ${look.problem.what}: ${look.problem.because}`;
  }
};

const linesOf = (row: Row): string[] => [
  `${row.endpoint.name.padEnd(20)} ${row.endpoint.url}`,
  ...certificateLines(row.look).map((line) => `  ${line}`),
  `  ${verdictOf(row)}`,
];

const jsonOf = ({ endpoint: { name, url }, look, by }: Row) => ({
  endpoint: name,
  url,
  state: look.state,
  ...(look.state === "trusted" && { trustedBy: by }),
  ...((look.state === "trusted" || look.state === "refused") && { certificate: look.certificate }),
  ...((look.state === "refused" || look.state === "unreachable") && {
    problem: { code: look.problem.code, message: look.problem.message },
  }),
});

const unknownEndpoint = (wanted: string, rows: readonly Row[]): KuberaError => {
  const names = rows.map(({ endpoint }) => endpoint.name);
  return new KuberaError("USAGE", {
    what: `the bed has no endpoint ${wanted}`,
    where: `--accept ${wanted}`,
    because: `its endpoints are ${names.join(", ")}`,
    fix: `Did you mean ${nearest(wanted, names) ?? "one of those above"}?`,
  });
};

/** A pin beside what the file says would never be asked for. */
const declaredElsewhere = (names: readonly string[], bed: string): KuberaError =>
  new KuberaError("USAGE", {
    what: `the bed's file says already whom to trust for ${names.join(", ")}`,
    where: `the bed ${bed}, or the GOVC_TLS_* variables for its vSphere`,
    because: "what is declared there holds, and an accepted certificate beside it would never be used",
    fix: "Correct trust there: the line that would trust what is shown now is printed by `e2e bed trust`.",
  });

type Refused = Row & { readonly look: Extract<TrustLook, { state: "refused" }> };

const isRefused = (row: Row): row is Refused => row.look.state === "refused";

const chosen = (rows: readonly Row[], accept: string | true): Row[] => {
  if (accept === true) return rows.filter(isRefused);
  const named = rows.filter(({ endpoint }) => endpoint.name === accept);
  if (named.length === 0) throw unknownEndpoint(accept, rows);
  return named;
};

const acceptable = (rows: readonly Row[], accept: string | true, { bed, stored }: { bed: string; stored: StoredPins }): Refused[] => {
  const wanted = chosen(rows, accept).filter(isRefused);
  const declared = wanted.filter(({ endpoint }) => endpoint.isDeclared && stored[endpoint.name] === undefined);
  if (declared.length > 0)
    throw declaredElsewhere(
      declared.map(({ endpoint }) => endpoint.name),
      bed,
    );
  return wanted;
};

const patchLine = ({ endpoint: { name }, look }: Refused): string => `${name}: trust: { pin: "${look.certificate.pin}" }`;

/** In YAML, for a file that everybody shares. */
const patch = (rows: readonly Refused[]): string[] => ["in the bed's file this would be", ...rows.map((row) => `  ${patchLine(row)}`)];

const accept = async (rows: readonly Row[], { bed: { name: bed }, settings }: BedOnTheWay, flags: TrustFlags): Promise<void> => {
  const wanted = acceptable(rows, flags.accept ?? true, { bed, stored: readPins(bed, settings) });
  if (wanted.length === 0) return;
  const file = pinsFile(bed, settings);
  const plan = (): string[] => [...wanted.flatMap(linesOf), `would be trusted from now on, on this computer, by ${file}`, ...patch(wanted)];
  await confirm(
    { plan, question: `Has their owner confirmed ${wanted.length === 1 ? "this fingerprint" : `these ${wanted.length} fingerprints`}?` },
    flags,
  );
  const acceptedAt = new Date().toISOString();
  const pins = wanted.map(
    ({ endpoint, look: { certificate } }) => [endpoint.name, { pin: certificate.pin, subject: certificate.subject, acceptedAt }] as const,
  );
  await storePins(bed, settings, Object.fromEntries(pins));
  process.stderr.write(`${wanted.length} accepted: ${file}\n${patch(wanted).join("\n")}\n`);
};

const show = (rows: readonly Row[], { json }: TrustFlags): void => {
  const refused = rows.filter(isRefused);
  const way = refused.length === 0 ? [] : ["", "when the owner of each confirms its fingerprint: --accept, or", ...patch(refused).slice(1)];
  console.log(json === true ? JSON.stringify(rows.map(jsonOf), undefined, 2) : [...rows.flatMap(linesOf), ...way].join("\n"));
};

/**
 * Shows what every endpoint presents and whether it is trusted; with `accept` stores pins for those that are not.
 * Answers 20 when one is not trusted or cannot be reached.
 *
 * Errors: those of opening the bed; `USAGE` for an endpoint that is not there or whose trust is declared, and without a yes.
 */
export const trustBed = async (name: string, flags: TrustFlags): Promise<ExitCode> => {
  const rows = await withWays(name, async (opened) => {
    const found = await lookAtAll(opened);
    if (flags.accept !== undefined) await accept(found, opened, flags);
    else show(found, flags);
    return found;
  });
  if (flags.accept !== undefined) return trustBed(name, { ...(flags.json === true && { json: true }) });
  return rows.some(({ look }) => look.state === "refused" || look.state === "unreachable") ? EXIT.checksBlocked : EXIT.passed;
};
