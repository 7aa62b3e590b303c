/** What a run makes lives as long as one answer: with little room for it, V8 copies what still lives many times over. Workers take them over. */
export const NODE_FLAGS = ["--max-semi-space-size=64"] as const;
