/** What a process that watches pods is asked on stdin: how many it knows, and to begin and end being measured. */
export interface Watcher {
  readonly pods: () => number;
  /** Events so far. */
  readonly changes: () => number;
}

const MIB = 1024 * 1024;

export const heapMib = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  // Bytes that are kept beside the heap are memory as well.
  return (heapUsed + external) / MIB;
};

/** Answers each line of stdin by a line of JSON, until stdin ends. */
export const answerVerbs = async ({ pods, changes }: Watcher, idleMib: number): Promise<void> => {
  let cpu = process.cpuUsage();
  let startMs = performance.now();
  let before = 0;
  const answers: Readonly<Record<string, () => object>> = {
    count: () => ({ pods: pods() }),
    begin: () => {
      // What the first list left behind is no cost of watching.
      heapMib();
      cpu = process.cpuUsage();
      startMs = performance.now();
      before = changes();
      return {};
    },
    end: () => {
      const used = process.cpuUsage(cpu);
      const seconds = (performance.now() - startMs) / 1000;
      return { core: (used.user + used.system) / 1e6 / seconds, changes: changes() - before, overIdleMib: heapMib() - idleMib };
    },
  };
  let rest = "";
  for await (const chunk of process.stdin.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) console.log(JSON.stringify(answers[line]?.() ?? {}));
  }
};
