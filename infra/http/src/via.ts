import { getProxyForUrl } from "proxy-from-env";
import { DIRECT, type Access, type Way } from "./access/access.ts";
import { isLoopback } from "./loopback.ts";

/** The environment's proxy before a URL; empty when there is none, as before loopback always. */
export const proxyOf = (url: URL): string => (isLoopback(url) ? "" : getProxyForUrl(url.href));

/**
 * The hop of the bed before a URL, or the environment's proxy of a TLS tunnel. What a bed declares holds for loopback too, which is
 * then the far side's; the environment's proxies never stand before it.
 */
export const viaOf = (url: URL, way: Way): string | Access | undefined => {
  if (way !== undefined) return way === DIRECT ? undefined : way;
  const proxy = url.protocol === "http:" ? "" : proxyOf(url);
  return proxy === "" ? undefined : proxy;
};
