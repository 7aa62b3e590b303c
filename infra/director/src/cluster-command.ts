import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** One `kubectl apply -f URL`, the URL bare or in one kind of quotes, and nothing else. */
const APPLY = /^kubectl\s+apply\s+-f\s+(["']?)(https?:\/\/[^\s"'`\\;|&$<>(){}]+)\1$/;

const refused = (because: string): KuberaError =>
  new KuberaError("DIRECTOR_CONTRACT", {
    what: "the registration command is not one `kubectl apply -f URL`",
    where: "registrationToken.clusterCommand",
    because,
    fix: "Nothing of it was run. If the product changed its command on purpose, change infra/director/src/cluster-command.ts.",
  });

/**
 * The URL of the manifest that a registration command applies. The command comes from outside and is never given to a shell.
 *
 * Error: `DIRECTOR_CONTRACT` for anything but one `kubectl apply -f` with an http or https URL.
 */
export const parseClusterCommand = (text: string): string => {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const [line, ...more] = lines;
  if (line === undefined) throw refused("it is empty");
  if (more.length > 0) throw refused(`it has ${lines.length} lines`);
  const url = APPLY.exec(line)?.[2];
  if (url === undefined || !URL.canParse(url)) throw refused(`its ${line.length} characters have another form`);
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") throw refused("its URL carries credentials");
  return url;
};
