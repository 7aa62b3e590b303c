import { expect, plan, test } from "@kubera-e2e/fixtures";

test(
  "Elasticsearch calls itself green or yellow",
  plan("TCID-DIR-HEALTH-OD-ELASTICSEARCH", { day: 0, priority: 1, assumption: "A-LOGS-HEALTH" }),
  async ({ observation }) => {
    expect(["green", "yellow"]).toContain(await observation.logs.health());
  },
);
