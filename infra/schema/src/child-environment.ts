/** What any program needs to find itself at home: where programs, files, the user's ssh and its agent are. */
const KEPT = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "SSH_AUTH_SOCK"] as const;

/** The least of this process's environment that a program of the user needs; no setting and no secret of ours is in it. */
export const childEnvironment = (environment: Readonly<Record<string, string | undefined>> = process.env): Record<string, string> =>
  Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
