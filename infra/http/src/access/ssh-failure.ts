import type { ErrorCode } from "@kubera-e2e/schema/error-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { told, type FarEnd } from "./access.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly what: (destination: string) => string;
  readonly fix: (destination: string) => string;
}

const MISSING: Meaning = {
  code: "SSH_MISSING",
  what: (destination) => `no ssh program for the jump host ${destination}`,
  fix: () => "Install the OpenSSH client, so that `ssh` is on the PATH.",
};
const UNTRUSTED: Meaning = {
  code: "JUMP_HOST_UNTRUSTED",
  what: (destination) => `nobody vouches for the key of the jump host ${destination}`,
  fix: (destination) =>
    `Compare its fingerprint with what its owner tells you, then accept it once by hand: ssh ${destination}; a key that has changed is never accepted unasked.`,
};
const LOGIN: Meaning = {
  code: "JUMP_HOST_LOGIN_REFUSED",
  what: (destination) => `the jump host ${destination} does not let this user in`,
  fix: (destination) =>
    `Try \`ssh -o BatchMode=yes ${destination}\`: load the key into your agent, or name it in ssh_config; nothing can be typed here.`,
};
const UNREACHABLE: Meaning = {
  code: "JUMP_HOST_UNREACHABLE",
  what: (destination) => `ssh does not come through to the jump host ${destination}`,
  fix: (destination) => `Try \`ssh -v -o BatchMode=yes ${destination}\`; correct access.destination, ssh_config or the network before it.`,
};

const SIGNS: readonly (readonly [RegExp, Meaning])[] = [
  [/^tethered: ENOENT|^tethered: EACCES/m, MISSING],
  [/Host key verification failed|HOST IDENTIFICATION HAS CHANGED|host key is known for/i, UNTRUSTED],
  [/Permission denied|Too many authentication failures|no mutual signature/i, LOGIN],
];

const SECONDS_OF_REASON = 3;

/** The lines that say why, without the banner that a server may show first. */
const reasonOf = (said: readonly string[]): string => {
  const lines = said.filter((line) => !/^@+$|^Authenticated to|^Transferred:|^Bytes per second|^tethered:/.test(line));
  return lines.length === 0 ? "it ended without a word" : lines.slice(-SECONDS_OF_REASON).join("; ");
};

/** Why ssh ended, or did not begin. */
export const sshFailure = (destination: string, said: readonly string[]): KuberaError => {
  const meaning = SIGNS.find(([sign]) => sign.test(said.join("\n")))?.[1] ?? UNREACHABLE;
  return new KuberaError(meaning.code, {
    what: meaning.what(destination),
    where: `ssh ${destination}, as access.destination of the bed's file names it`,
    because: meaning === MISSING ? "`ssh` cannot be started" : reasonOf(said),
    fix: meaning.fix(destination),
  });
};

/** Why the jump host would not connect to one end, in ssh's own words. */
export const forwardFailure = (destination: string, end: FarEnd, reason: string): KuberaError => {
  const where = `from the jump host ${destination} to ${told(end)}`;
  const because = `ssh says: ${reason}`;
  if (/^administratively prohibited|^unknown channel type|not permitted/i.test(reason))
    return new KuberaError("JUMP_HOST_FORWARD_REFUSED", {
      what: `the jump host ${destination} lets no connection through to ${told(end)}`,
      where,
      because,
      fix: "Let its owner allow it: AllowTcpForwarding and PermitOpen in sshd_config, or permitopen and restrict of your key.",
    });
  if (/not known|No address associated|name resolution|nodename nor servname/i.test(reason))
    return new KuberaError("NAME_UNRESOLVED", {
      what: `the name ${end.host} does not resolve at the jump host ${destination}`,
      where,
      because,
      fix: "Names are resolved on the far side: correct the host name, or use its address.",
    });
  return new KuberaError("CONNECTION_REFUSED", {
    what: `the jump host ${destination} cannot connect to ${told(end)}`,
    where,
    because,
    fix: `Start the server that should listen at ${told(end)}, or correct the address; a firewall behind the jump host can refuse as well.`,
  });
};
