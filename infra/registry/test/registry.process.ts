import { startRegistryPeer } from "@kubera-e2e/peers";
import { describe } from "vitest";
import { describeRegistry, IMAGES } from "./registry-cases.ts";

describe("a real registry", () => {
  describeRegistry(async () => {
    const peer = await startRegistryPeer({ images: IMAGES });
    return { ...peer, close: () => peer.stop() };
  });
});
