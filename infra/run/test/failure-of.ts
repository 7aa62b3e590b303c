import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** The error of the house that a promise ends with. */
export const failureOf = async (promise: Promise<unknown>): Promise<KuberaError> => {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (caught: unknown) => caught,
  );
  if (error instanceof KuberaError) return error;
  throw error;
};
