import type { FailureClass } from "./failure-class.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

export interface ErrorCodeEntry {
  readonly class: FailureClass;
  readonly exit: ExitCode;
  readonly title: string;
}

const environment = (title: string, exit: ExitCode = EXIT.usage): ErrorCodeEntry => ({ class: "environment", exit, title });
const infrastructure = (title: string, exit: ExitCode = EXIT.restoreFailed): ErrorCodeEntry => ({ class: "infrastructure", exit, title });

/** Every error code of the house: its class, the exit code it leads to when it ends a command, and a title. Codes never change meaning. */
export const ERROR_CODES = {
  SETTING_UNKNOWN: environment("a setting nobody reads"),
  SETTING_INVALID: environment("a setting with a value that cannot be used"),
  SETTING_REFUSED: environment("a setting that would weaken a rule of the house"),
  SHARD_INDEX_WITHOUT_TOTAL: environment("a shard index without the number of shards"),
  USAGE: environment("a command line that cannot be understood"),
  BED_REQUIRED: environment("no test bed named where one must be"),
  BED_UNKNOWN: environment("a test bed that no file declares"),
  BED_INVALID: environment("a test bed file with faults"),
  BED_VALUE_MISSING: environment("a test bed refers to a value that nobody gives"),
  DIRECTOR_LOGIN_REFUSED: environment("Director refused the credentials that were given for it"),
  SECRET_MISSING: environment("a secret that is named and not given"),
  PLAN_INVALID: environment("a test plan with faults"),
  CASE_UNKNOWN: environment("a case that no plan lists"),
  NOTHING_SELECTED: environment("no test matches", EXIT.nothingSelected),
  CHROMIUM_MISSING: environment("no Chromium for the GUI project"),
  PEER_UNAVAILABLE: environment("a real peer that cannot be built or started"),
  LEASE_HELD: environment("the bed is held by somebody else", EXIT.noLease),
  SIM_NOT_RUNNING: environment("no simulated data centre answers"),
  SIM_FAULT_UNKNOWN: environment("a fault that no file declares"),
  RUN_NOT_FOUND: environment("no run with stored results"),
  RUN_EXISTS: environment("a run of this id has stored results already"),
  INTERRUPTED: environment("a signal ended the command", EXIT.interrupted),

  TLS_UNTRUSTED: infrastructure("a certificate that nobody vouches for"),
  TLS_EXPIRED: infrastructure("a certificate that has expired"),
  TLS_NOT_YET_VALID: infrastructure("a certificate that is not valid yet"),
  TLS_NAME_MISMATCH: infrastructure("a certificate for another name"),
  TLS_PIN_MISMATCH: infrastructure("a certificate other than the pinned one"),
  CONNECTION_REFUSED: infrastructure("nothing listens there"),
  CONNECTION_LOST: infrastructure("the connection broke"),
  NAME_UNRESOLVED: infrastructure("a host name that does not resolve"),
  TIMED_OUT: infrastructure("no answer in time"),
  RESPONSE_INVALID: infrastructure("an answer that is not what its protocol promises"),

  SSH_MISSING: environment("no ssh program for the jump host"),
  JUMP_HOST_UNREACHABLE: infrastructure("ssh does not come through to the jump host"),
  JUMP_HOST_UNTRUSTED: infrastructure("a jump host whose key nobody vouches for"),
  JUMP_HOST_LOGIN_REFUSED: infrastructure("the jump host does not let this user in"),
  JUMP_HOST_FORWARD_REFUSED: infrastructure("the jump host does not let connections through"),
  PROXY_UNREACHABLE: infrastructure("the proxy does not answer as one"),
  PROXY_LOGIN_REFUSED: infrastructure("the proxy wants other credentials"),
  PROXY_REFUSED: infrastructure("the proxy refused the way"),
  BROWSER_WAY_UNSUPPORTED: environment("a way to Director that Chromium cannot take"),

  VSPHERE_LOGIN_REFUSED: infrastructure("vSphere refused the credentials"),
  VSPHERE_FAULT: infrastructure("vSphere answered with a fault"),
  SCRIPT_FAILED: infrastructure("a script of the driver exec failed"),
  MACHINE_MISSING: infrastructure("a VM of the bed that the hypervisor does not know"),
  MACHINE_AMBIGUOUS: infrastructure("a VM name that several VMs carry"),
  MACHINE_UNREACHABLE: infrastructure("a VM that the hypervisor cannot look at now"),
  SET_MISSING: infrastructure("no set of snapshots for the state"),
  SET_MIXED: infrastructure("VMs of one bed on different sets"),
  SET_WITH_MEMORY: infrastructure("a snapshot that carries memory"),
  SET_REFUSED: infrastructure("a set that must not be restored"),
  RESTORE_FAILED: infrastructure("the bed could not be restored"),
  RESTORE_UNSUPPORTED: infrastructure("a step that the hypervisor cannot do"),
  SETUP_FAILED: infrastructure("a bed could not be set up"),
  DISPOSE_REFUSED: infrastructure("a VM that no set-up made and that is not destroyed"),
  DISPOSE_INCOMPLETE: infrastructure("something of a disposed bed is left"),
  FILE_EXISTS: environment("a file that would be overwritten"),
  BED_BROKEN: infrastructure("the bed is marked broken"),

  LEASE_LOST: infrastructure("a lease that could not be renewed in time", EXIT.noLease),
  SET_NOT_REMOVED: infrastructure("a set that is not removed from all its VMs"),
  RENEW_UNDECLARED: environment("a bed that does not say how its certificates are renewed"),
  RENEW_FAILED: infrastructure("a set whose certificates could not be renewed"),

  WAIT_DEADLINE: { class: "product", exit: EXIT.failed, title: "a condition that did not come true in time" },
  WAIT_TERMINAL: { class: "product", exit: EXIT.failed, title: "a condition that cannot come true any more" },
  KUBECONFIG_INVALID: environment("a kubeconfig that cannot be used"),
  KUBE_REFUSED: { class: "product", exit: EXIT.failed, title: "the Kubernetes API refused a call" },
  KUBE_KIND_UNKNOWN: { class: "product", exit: EXIT.failed, title: "a kind that the Kubernetes API does not serve" },
  EXEC_FAILED: { class: "product", exit: EXIT.failed, title: "a command that no container ran" },
  EXEC_OUTPUT_TOO_LARGE: { class: "test", exit: EXIT.failed, title: "a command that wrote more than is read" },
  KUBELET_UNREACHABLE: infrastructure("a kubelet that the API server does not reach"),
  REGISTRY_REFUSED: infrastructure("the registry refused a call"),
  DIRECTOR_REFUSED: { class: "product", exit: EXIT.failed, title: "Director refused a call that should succeed" },
  DIRECTOR_CONTRACT: { class: "product", exit: EXIT.failed, title: "Director answered with another shape than its contract" },
  RELEASE_UNKNOWN: environment("a Director release without a profile"),
  TEST_LEFT_CHANGES: { class: "test", exit: EXIT.failed, title: "a test left the bed other than it found it" },
  INTERNAL: { class: "test", exit: EXIT.failed, title: "a defect of this framework" },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text);
