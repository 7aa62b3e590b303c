import { config } from "dotenv";

/** Reads `.env` of the working folder into the environment; what is set there already stays as it is. */
export const loadDotEnv = (): void => {
  config({ quiet: true });
};
