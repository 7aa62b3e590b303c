import { z } from "zod";
import { ERROR_CODES, isErrorCode } from "./error-codes.ts";
import { FAILURE_CLASSES } from "./failure-class.ts";
import { isKuberaError, KuberaError } from "./kubera-error.ts";

const CAUSE_DEPTH_LIMIT = 5;

/** One link of a chain of causes: class name, message and the `code` that Node or a library gave it. */
const wireCause = z.object({ name: z.string(), message: z.string(), code: z.string().optional() });

/** An error as an attachment carries it, since Playwright drops custom fields and causes. */
export const wireErrorSchema = z.object({
  schema: z.literal("kubera-e2e/error@1"),
  code: z.string().optional(),
  class: z.enum(FAILURE_CLASSES).optional(),
  name: z.string(),
  message: z.string(),
  what: z.string().optional(),
  where: z.string().optional(),
  because: z.string().optional(),
  fix: z.string().optional(),
  causes: z.array(wireCause),
});

export type WireError = z.infer<typeof wireErrorSchema>;

const describeLink = (link: unknown): z.infer<typeof wireCause> => {
  if (!(link instanceof Error)) return { name: typeof link, message: String(link) };
  const code = "code" in link && (typeof link.code === "string" || typeof link.code === "number") ? { code: String(link.code) } : {};
  return { name: link.name, message: link.message, ...code };
};

const causesOf = (error: unknown): z.infer<typeof wireCause>[] => {
  const links: z.infer<typeof wireCause>[] = [];
  let link = error instanceof Error ? error.cause : undefined;
  while (link !== undefined && links.length < CAUSE_DEPTH_LIMIT) {
    links.push(describeLink(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return links;
};

/** Any thrown value as a wire error; the chain of causes is kept five links deep. */
export const toWire = (error: unknown): WireError => {
  const { name, message, code } = describeLink(error);
  const base = { schema: "kubera-e2e/error@1" as const, name, message, causes: causesOf(error) };
  if (!isKuberaError(error)) return code === undefined ? base : { ...base, code };
  const { what, where, because, fix } = error;
  return { ...base, code: error.code, class: ERROR_CODES[error.code].class, what, where, because, fix };
};

/** The error of the house that a wire error came from, or a plain Error with its message. */
export const fromWire = (wire: WireError): Error => {
  if (wire.code === undefined || !isErrorCode(wire.code) || wire.what === undefined) return new Error(wire.message);
  const { what, where = "", because = "", fix = "" } = wire;
  const [cause] = wire.causes;
  return new KuberaError(wire.code, { what, where, because, fix, ...(cause && { cause: new Error(cause.message) }) });
};
