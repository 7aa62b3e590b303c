export { knownReleases, loadRelease } from "./load-release.ts";
export { startOrder, type ReleaseProfile } from "./release-profile.ts";
export { renderRelease, type RenderedManifest } from "./render-release.ts";
export { connectDirector, openDirector } from "./open-director.ts";
export type { DirectorClient } from "./director-client.ts";
export { refusedStatus, type DirectorAnswer } from "./director-door.ts";
export { nodeNumber, type GroupClient } from "./group-client.ts";
export { clusterReaches, openebsJobDone } from "./waits.ts";
