import type { Settings } from "@kubera-e2e/schema/settings";
import type { Target } from "@kubera-e2e/schema/target";
import { findChromium } from "./chromium.ts";

interface GuiProject {
  readonly name: "gui";
  readonly testMatch: string;
  readonly use: {
    readonly launchOptions: { readonly executablePath: string; readonly args: string[] };
    readonly screenshot: "only-on-failure";
    readonly trace: "off";
    readonly video: "off";
  };
}

const unresolved = (names: readonly string[]): string => names.map((name) => `MAP ${name} ~NOTFOUND`).join(", ");

/** With all of Playwright's flags Chromium still asks its maker for updates, sign-in and autofill. */
const MAKERS = ["google.com", "*.google.com", "*.googleapis.com", "*.gstatic.com"];

const ARGS: Readonly<Record<Target, readonly string[]>> = {
  // A simulated data centre lives on loopback: no other name resolves and no proxy is asked.
  sim: ["--no-proxy-server", `--host-resolver-rules=${unresolved(["*"])}, EXCLUDE 127.0.0.1, EXCLUDE localhost`],
  real: [`--host-resolver-rules=${unresolved(MAKERS)}`],
};

/**
 * The project gui when KUBERA_GUI=1, otherwise none; no browser is looked for then.
 *
 * Error: `CHROMIUM_MISSING`.
 */
export const guiProjects = ({ settings, target }: { readonly settings: Settings; readonly target: Target }): GuiProject[] =>
  settings.KUBERA_GUI
    ? [
        {
          name: "gui",
          testMatch: "**/*.gui.spec.ts",
          use: {
            launchOptions: { executablePath: findChromium(settings), args: [...ARGS[target]] },
            screenshot: "only-on-failure",
            // Both keep what is typed and every cookie, packed where no scan for secrets finds them.
            trace: "off",
            video: "off",
          },
        },
      ]
    : [];
