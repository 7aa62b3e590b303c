/** Whether an error came from the operating system and carries its code. */
export const isErrnoException = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "code" in error;
