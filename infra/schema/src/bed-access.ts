import { z } from "zod";

const UNCHECKED_KEY = /^(-o\s*)?StrictHostKeyChecking\s*[= ]\s*(no|off|accept-new)\b/i;
const BACKGROUND = /^-f|^(-o\s*)?ForkAfterAuthentication\b/;

const jumpHostSchema = z.strictObject({
  via: z.literal("jump-host"),
  destination: z
    .string()
    .regex(/^[^-\s]\S*$/, "write a host of ssh_config, or user@host")
    .describe("as `ssh` takes it: a Host of ssh_config, or user@host"),
  options: z
    .array(
      z
        .string()
        .min(1)
        .refine(
          (option) => !UNCHECKED_KEY.test(option) && !BACKGROUND.test(option),
          "host keys are always verified, and ssh stays in the foreground",
        ),
    )
    .default([])
    .describe("further arguments of `ssh`, one by one: -F, /srv/site/ssh_config"),
});

const proxySchema = z.strictObject({
  via: z.literal("proxy"),
  url: z
    .string()
    .regex(
      /^(http|socks5):\/\/(\[[0-9a-f:.]+\]|[^/?#@:\s]+)(:\d{1,5})?\/?$/i,
      "write http://host:port or socks5://host:port, without credentials",
    )
    .describe("http:// is asked by CONNECT, socks5:// to resolve names itself"),
  credentials: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "use lower-case letters, digits and dashes")
    .optional()
    .describe("name of a secret; its values are given by KUBERA_SECRET_<NAME>_USERNAME and _PASSWORD"),
});

/** The way to an endpoint: straight, through a jump host by the user's own ssh, or through a proxy. */
export const bedAccessSchema = z.discriminatedUnion("via", [z.strictObject({ via: z.literal("direct") }), jumpHostSchema, proxySchema]);

export type BedAccess = z.infer<typeof bedAccessSchema>;
