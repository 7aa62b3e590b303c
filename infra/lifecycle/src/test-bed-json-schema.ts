import { testBedSchema } from "@kubera-e2e/schema/test-bed";
import { z } from "zod";

/** `${…}` may stand where a URL is wanted, so editors must not insist on one. */
const relax = (schema: Record<string, unknown>): void => {
  if (schema["format"] === "uri") delete schema["format"];
};

/** The JSON Schema of a bed's file as an author writes it, for editors; infra/testbeds/schema.json holds it. */
export const testBedJsonSchema = (): unknown => ({
  title: "Test bed",
  ...z.toJSONSchema(testBedSchema, { io: "input", override: ({ jsonSchema }) => relax(jsonSchema as Record<string, unknown>) }),
});
