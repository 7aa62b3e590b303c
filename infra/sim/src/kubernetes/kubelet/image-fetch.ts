import { PullError } from "./pull-error.ts";
import type { ContainerRecord } from "./container-record.ts";
import type { PodHandle } from "./container-loop.ts";
import { goDuration } from "./go-duration.ts";
import { parseImage } from "./image-reference.ts";
import type { PullReport } from "./image-store.ts";
import { PodEnvironment } from "./pod-environment.ts";

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
/** How long the error itself stands before it is called a back-off: kubelet's next look at the pod. */
const ERROR_STANDS_MS = 2000;

/** Gets the image of one container onto the node, and tells how it goes as kubelet does. */
export class ImageFetch {
  readonly #handle: PodHandle;
  readonly #record: ContainerRecord;
  #failures = 0;

  constructor(handle: PodHandle, record: ContainerRecord) {
    this.#handle = handle;
    this.#record = record;
  }

  /** True when the image is there, false when the pod has to end before it ever was. */
  async ensure(): Promise<boolean> {
    const { signal, runtime } = this.#handle;
    const { image, imagePullPolicy } = this.#record.spec;
    while (!signal.aborted) {
      if (parseImage(image) === undefined) {
        await this.#refuseName();
        continue;
      }
      const present = runtime.images.find(image);
      if (present !== undefined && imagePullPolicy !== "Always") {
        this.#tell(`Container image "${image}" already present on machine`);
        return this.#have(present.digest);
      }
      if (imagePullPolicy === "Never") await this.#refuse();
      else if (await this.#pull()) return true;
    }
    return false;
  }

  async #pull(): Promise<boolean> {
    const { runtime, pod, signal } = this.#handle;
    const { image } = this.#record.spec;
    this.#handle.event(this.#record, { reason: "Pulling", message: `Pulling image "${image}"` });
    try {
      const credentials = new PodEnvironment(runtime.view, pod).credentials(parseImage(image)?.host ?? "");
      this.#report(await runtime.images.pull({ reference: image, credentials, signal }));
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof PullError)) throw error;
      await this.#backOff(error.message);
      return false;
    }
  }

  #report({ image, pullMs, waitedMs }: PullReport): void {
    const times = `${goDuration(pullMs)} (${goDuration(waitedMs)} including waiting)`;
    this.#tell(`Successfully pulled image "${this.#record.spec.image}" in ${times}. Image size: ${image.sizeBytes} bytes.`);
    this.#have(image.digest);
  }

  #have(digest: string): true {
    const parsed = parseImage(this.#record.spec.image);
    this.#record.imageId = parsed === undefined ? digest : `${parsed.host}/${parsed.repository}@${digest}`;
    this.#failures = 0;
    return true;
  }

  #tell(message: string): void {
    this.#handle.event(this.#record, { reason: "Pulled", message });
  }

  #warn(message: string): void {
    this.#handle.event(this.#record, { type: "Warning", reason: "Failed", message });
  }

  async #backOff(because: string): Promise<void> {
    const { time } = this.#handle.runtime;
    const { image } = this.#record.spec;
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    this.#warn(`Failed to pull image "${image}": ${because}`);
    this.#warn("Error: ErrImagePull");
    this.#record.wait("ErrImagePull", because);
    this.#handle.changed();
    await time.delay(ERROR_STANDS_MS, this.#handle.signal);
    if (this.#handle.signal.aborted) return;
    this.#handle.event(this.#record, { reason: "BackOff", message: `Back-off pulling image "${image}"` });
    this.#warn("Error: ImagePullBackOff");
    this.#record.wait("ImagePullBackOff", `Back-off pulling image "${image}": ErrImagePull: ${because}`);
    this.#handle.changed();
    await time.delay(backoffMs - ERROR_STANDS_MS, this.#handle.signal);
  }

  #refuse(): Promise<void> {
    const message = `Container image "${this.#record.spec.image}" is not present with pull policy of Never`;
    return this.#stand("ErrImageNeverPull", { reason: "ErrImageNeverPull", message });
  }

  #refuseName(): Promise<void> {
    const { image } = this.#record.spec;
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    return this.#stand("InvalidImageName", { reason: "InspectFailed", message });
  }

  /** What no pull would change: told again at each of kubelet's looks. */
  async #stand(reason: string, event: { readonly reason: string; readonly message: string }): Promise<void> {
    this.#handle.event(this.#record, { type: "Warning", ...event });
    this.#warn(`Error: ${reason}`);
    this.#record.wait(reason, event.message);
    this.#handle.changed();
    await this.#handle.runtime.time.delay(FIRST_BACKOFF_MS, this.#handle.signal);
  }
}
