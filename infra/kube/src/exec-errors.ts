import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { KubeStatus } from "./refusal.ts";

/** Where a command was to run. */
export interface CommandPlace {
  readonly cluster: string;
  readonly pod: string;
  readonly container: string | undefined;
  /** Its words, for people. */
  readonly command: string;
  readonly redacted: (text: string) => string;
}

const whereOf = ({ cluster, pod, container, command, redacted }: CommandPlace): string =>
  `\`${redacted(command)}\` in ${container === undefined ? "the container" : `container ${container}`} of pod ${pod}, cluster ${cluster}`;

/** The container runtime, or whoever stands before it, did not start a command. */
export const notRun = (place: CommandPlace, { message }: KubeStatus): KuberaError =>
  new KuberaError("EXEC_FAILED", {
    what: `a command in pod ${place.pod} was not run`,
    where: whereOf(place),
    because: place.redacted(message),
    fix: "Look whether the container runs, and whether its image holds this program; no shell stands between.",
  });

/** API servers tell of a kubelet that they do not reach as of a command that failed. */
export const isUnreached = (message: string): boolean =>
  /^(?:Internal error occurred: )?error (?:sending request|dialing backend): /.test(message);

export const unreached = (place: CommandPlace, message: string): KuberaError =>
  new KuberaError("KUBELET_UNREACHABLE", {
    what: `the API server of cluster ${place.cluster} does not reach the kubelet of pod ${place.pod}`,
    where: whereOf(place),
    because: place.redacted(message),
    fix: "Look whether the pod's node is on and Ready, and whether port 10250 there is open to the API server.",
  });

export interface Written {
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

export const late = (place: CommandPlace, timeoutMs: number, { stdoutBytes, stderrBytes }: Written): KuberaError =>
  new KuberaError("TIMED_OUT", {
    what: `a command in pod ${place.pod} did not end within ${timeoutMs / 1000} s`,
    where: whereOf(place),
    because: `its end was not told; it had written ${stdoutBytes} bytes to stdout and ${stderrBytes} to stderr, and may run on`,
    fix: "Look whether its node answers and what the command waits for; raise timeoutMs only when it is merely slow.",
  });

export const tooMuch = (place: CommandPlace, limitBytes: number, { stdoutBytes, stderrBytes }: Written): KuberaError =>
  new KuberaError("EXEC_OUTPUT_TOO_LARGE", {
    what: `a command in pod ${place.pod} wrote more than ${limitBytes / 1024 / 1024} MiB`,
    where: whereOf(place),
    because: `it had written ${stdoutBytes} bytes to stdout and ${stderrBytes} to stderr when it was given up, and may run on`,
    fix: "Let the command itself choose what it writes, with its own options for a selection or a limit.",
  });

export const broken = (place: CommandPlace, cause: unknown): KuberaError =>
  new KuberaError("CONNECTION_LOST", {
    what: `the connection of a command in pod ${place.pod} broke`,
    where: whereOf(place),
    because: place.redacted(cause instanceof Error ? cause.message : String(cause)),
    fix: "Look whether the API server, or a proxy before it, restarted at this time; the command may have run all the same.",
    cause,
  });

export const invalid = (place: CommandPlace, because: string): KuberaError =>
  new KuberaError("RESPONSE_INVALID", {
    what: `the server answered a command in pod ${place.pod} with what is no answer`,
    where: whereOf(place),
    because: place.redacted(because),
    fix: "Look whether a proxy between here and the API server changes WebSocket messages.",
  });
