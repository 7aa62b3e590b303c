import { loadRelease } from "@kubera-e2e/director";
import { askDirector, type AssumptionAnswer } from "@kubera-e2e/director/assumptions";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { credentialsOfHost, openHost } from "../preflight.ts";
import { targetOfHost } from "../run-place.ts";
import { keepAnswers, readAssumptions, type Assumption } from "./assumptions-file.ts";

export interface ContractAsked {
  readonly host?: string;
  readonly only?: string;
  readonly write?: boolean;
  readonly save?: boolean;
  readonly json?: boolean;
}

const hostOf = (asked: ContractAsked, { KUBERA_HOST }: Settings): string => {
  const host = asked.host ?? KUBERA_HOST;
  if (host !== undefined && /^https?:\/\//i.test(host) && URL.canParse(host)) return host;
  if (host !== undefined)
    throw new KuberaError("USAGE", {
      what: "--host is not the address of a Director",
      where: `--host ${host}`,
      because: "it is no http or https URL",
      fix: "Write it whole: http://10.0.0.7 or https://director.example.",
    });
  throw new KuberaError("USAGE", {
    what: "no Director was named",
    where: "e2e contract director",
    because: "assumptions are answered by a Director that exists; the simulated one would only repeat them",
    fix: "Name it with --host http://ADDRESS, or in KUBERA_HOST, and its Administrator in KUBERA_USER and KUBERA_PASS.",
  });
};

const chosen = (assumptions: readonly Assumption[], only: string | undefined): readonly Assumption[] => {
  if (only === undefined) return assumptions;
  const wanted = only.split(",").map((id) => id.trim());
  const unknown = wanted.filter((id) => !assumptions.some((assumption) => assumption.id === id));
  if (unknown.length === 0) return assumptions.filter(({ id }) => wanted.includes(id));
  throw new KuberaError("USAGE", {
    what: `there is no assumption called ${unknown.join(", ")}`,
    where: "--only",
    because: "it names assumptions of infra/sim/assumptions.yaml, separated by commas",
    fix: `Choose among ${assumptions.map(({ id }) => id).join(", ")}.`,
  });
};

const refuseSimulated = (target: string, save: boolean | undefined): void => {
  if (target === "real" || save !== true) return;
  throw new KuberaError("USAGE", {
    what: "answers of a simulated Director are not kept",
    where: "--save",
    because: "it does what the assumptions say, so it can confirm none of them",
    fix: "Ask a real Director, or leave --save out.",
  });
};

const linesOf = ({ id, verdict, observations, because }: AssumptionAnswer, question: string): string[] => [
  `${verdict.padEnd(9)}  ${id}  ${question}`,
  ...(because === undefined ? [] : [`             ${because}`]),
  ...observations.filter(({ holds }) => !holds).map(({ what, assumed, seen }) => `             ${what}: assumed ${assumed}, seen ${seen}`),
];

const countOf = (answers: readonly AssumptionAnswer[], verdict: AssumptionAnswer["verdict"]): number =>
  answers.filter((answer) => answer.verdict === verdict).length;

const summaryOf = (answers: readonly AssumptionAnswer[], signedUp: readonly string[]): string[] => {
  const failed = answers.filter((answer) => answer.failed).length;
  const counts = (["confirmed", "refuted", "untried"] as const).map((verdict) => `${countOf(answers, verdict)} ${verdict}`).join(", ");
  return [
    "",
    `${counts}${failed === 0 ? "" : `, ${failed} of them because asking failed`}`,
    ...(signedUp.length === 0 ? [] : [`signed up, and left there as Director knows no way to remove accounts: ${signedUp.join(", ")}`]),
  ];
};

/**
 * What `e2e contract director` prints; answers its exit code, 1 when an assumption is refuted or could not be asked.
 *
 * Errors: `USAGE`, `SECRET_MISSING`, `RELEASE_UNKNOWN`, `DIRECTOR_LOGIN_REFUSED`, those of the settings and of the room http.
 */
export const tellAnswers = async (asked: ContractAsked, say: (line: string) => void): Promise<number> => {
  const settings = readSettings();
  const host = hostOf(asked, settings);
  const { release } = loadRelease(settings.KUBERA_BUILD);
  const assumptions = chosen(readAssumptions(), asked.only);
  const credentials = credentialsOfHost(settings, "a Director is named");
  const target = await targetOfHost(host);
  refuseSimulated(target, asked.save);
  const redactor = new Redactor([credentials.password]);
  const questionOf = (id: string): string => assumptions.find((one) => one.id === id)?.question ?? "";
  const tell = (line: string): void => (asked.json === true ? undefined : say(redactor.text(line)));
  tell(`Director ${release} at ${host}${target === "sim" ? " (SIMULATED)" : ""}`);
  tell("");
  const admin = await openHost({ url: host, credentials, redactor });
  const { answers, signedUp } = await askDirector({
    visitor: admin.anonymous(),
    admin,
    adminName: credentials.username,
    write: asked.write === true,
    ids: assumptions.map(({ id }) => id),
    onAnswer: (answer) => linesOf(answer, questionOf(answer.id)).forEach(tell),
  }).finally(() => admin.close());
  if (asked.json === true) {
    const told = answers.map((answer) => ({ ...answer, question: questionOf(answer.id) }));
    say(redactor.text(JSON.stringify({ host, target, release, write: asked.write === true, answers: told, signedUp }, undefined, 2)));
  }
  for (const line of summaryOf(answers, signedUp)) tell(line);
  if (asked.save === true) {
    const kept = keepAnswers({ release, on: new Date().toISOString().slice(0, 10), answers });
    tell(`${kept} answers for ${release} are kept in infra/sim/assumptions.yaml`);
  }
  return answers.some(({ verdict, failed }) => verdict === "refuted" || failed) ? EXIT.failed : EXIT.passed;
};
