import type { Reporter } from "@playwright/test/reporter";

/** Reports nothing; Playwright's own "null" would be joined by one that prints. */
export default class NoReport implements Reporter {
  printsToStdio(): boolean {
    return true;
  }
}
