export { knownReleases, loadRelease } from "./load-release.ts";
export { startOrder, type ReleaseProfile, type ReleaseService, type ReleaseWorkload } from "./release-profile.ts";
export { renderRelease, type RenderedManifest, type RenderOptions } from "./render-release.ts";
