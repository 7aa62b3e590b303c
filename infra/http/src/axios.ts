import { createRequire } from "node:module";
import type * as Axios from "axios";

// Required it is one file, imported it is 66, and under Playwright each import costs about two milliseconds.
export const { create, isAxiosError } = createRequire(import.meta.url)("axios") as typeof Axios;
