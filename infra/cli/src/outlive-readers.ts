const onStdout = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
};
const onStderr = (): void => {};

/** Whoever reads may have read enough, as `head` does, or its terminal is gone: what is under way still ends in order. */
export const outliveReaders = (): void => {
  // A config is read again and again in --ui.
  if (process.stdout.listeners("error").includes(onStdout)) return;
  process.stdout.on("error", onStdout);
  process.stderr.on("error", onStderr);
};
