import type { Check } from "@kubera-e2e/checks";
import { jumpHostForward, jumpHostLogin, proxyAnswers } from "@kubera-e2e/checks/access";
import type { Access } from "@kubera-e2e/http/access";
import type { BedContext } from "@kubera-e2e/lifecycle";
import { declaredWays, endpointsOf, passTo, type Endpoint } from "@kubera-e2e/lifecycle/access";

interface Hopped {
  readonly endpoint: Endpoint;
  readonly access: Access;
  readonly via: "jump-host" | "proxy";
}

const hoppedEndpoints = async ({ bed, ways }: BedContext): Promise<Hopped[]> => {
  const declared = declaredWays(bed);
  if (declared.size === 0) return [];
  return (await endpointsOf(bed)).flatMap((endpoint) => {
    const via = declared.get(endpoint.name)?.via;
    const access = ways.to(endpoint.name);
    // A proxy tells in one way of a name it does not allow and of a Director that is not installed yet.
    if (via === "proxy" && endpoint.name === "director") return [];
    return via === undefined || via === "direct" || typeof access !== "object" ? [] : [{ endpoint, access, via }];
  });
};

const wayCheck = ({ endpoint, access, via }: Hopped): Check => {
  const way = { hop: access.hop, endpoint: endpoint.name, pass: (signal: AbortSignal) => passTo(endpoint, access, signal) };
  return via === "proxy" ? proxyAnswers(way) : jumpHostForward(way);
};

/** Checks of every hop before the endpoints of a bed; none when all are reached directly. */
export const accessChecks = async (context: BedContext): Promise<Check[]> => {
  const hopped = await hoppedEndpoints(context);
  const jumpHosts = new Set(hopped.filter(({ via }) => via === "jump-host").map(({ access }) => access));
  const logins = [...jumpHosts].map((access) => jumpHostLogin({ hop: access.hop, enter: () => access.proxyUrl() }));
  return [...logins, ...hopped.map(wayCheck)];
};
