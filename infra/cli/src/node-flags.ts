/**
 * What a run makes lives as long as one answer: with little room for it, V8 copies what still lives many times over. And all processors
 * have work already, so that threads which collect beside it only cost what they cost to keep in step. Workers take them over.
 */
export const NODE_FLAGS = ["--max-semi-space-size=64", "--single-threaded-gc"] as const;
