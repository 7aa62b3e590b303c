import { bedAccessSchema, type BedAccess } from "@kubera-e2e/schema/bed-access";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** How an endpoint is reached that no bed's file declares yet. */
export interface AccessFlags {
  readonly jumpHost?: string;
  readonly sshOption: readonly string[];
  readonly proxy?: string;
  readonly proxySecret?: string;
}

const refuse = (where: string, because: string, fix: string): KuberaError =>
  new KuberaError("USAGE", { what: "the way to the host cannot be used", where, because, fix });

const declared = ({ jumpHost, sshOption, proxy, proxySecret }: AccessFlags): unknown => {
  if (jumpHost !== undefined && proxy !== undefined)
    throw refuse(
      "--jump-host and --proxy",
      "there is one way to an endpoint",
      "Leave one of them out; ssh itself can use a proxy by ProxyCommand.",
    );
  if (jumpHost === undefined && sshOption.length > 0)
    throw refuse("--ssh-option", "no ssh is started without a jump host", "Add --jump-host user@host.");
  if (proxy === undefined && proxySecret !== undefined)
    throw refuse("--proxy-secret", "it belongs to a proxy", "Add --proxy http://host:port.");
  if (jumpHost !== undefined) return { via: "jump-host", destination: jumpHost, options: sshOption };
  return proxy === undefined ? undefined : { via: "proxy", url: proxy, ...(proxySecret !== undefined && { credentials: proxySecret }) };
};

/** The way that the flags name; undefined when they name none. Error: `USAGE`. */
export const accessOf = (flags: AccessFlags): BedAccess | undefined => {
  const given = declared(flags);
  if (given === undefined) return undefined;
  const { data, error } = bedAccessSchema.safeParse(given);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const ofJumpHost = issue?.path[0] === "options" ? "--ssh-option" : "--jump-host";
  throw refuse(flags.jumpHost === undefined ? "--proxy" : ofJumpHost, issue?.message ?? "it is malformed", "Give it as --help shows.");
};
