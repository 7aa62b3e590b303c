import { join } from "node:path";
import { startDirectorDoor, type DirectorDoor } from "./director-door.ts";
import { openSimPlace, type SimPlace } from "./sim-place.ts";

/** A Director that exists, installed by a first run in a simulated data centre of its own. */
export interface HostPlace {
  readonly place: SimPlace;
  /** In front of that Director. */
  readonly door: DirectorDoor;
  /** KUBERA_HOST, KUBERA_USER and KUBERA_PASS of it; no run of this restores. */
  readonly host: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const openHostPlace = async (): Promise<HostPlace> => {
  const place = await openSimPlace();
  await place.makeDirector();
  const { url } = place.sim.up.director;
  const door = await startDirectorDoor(url);
  return {
    place,
    door,
    host: {
      ...place.workplace.environment,
      KUBERA_STORE: join(place.workplace.root, "store"),
      KUBERA_HOST: url,
      KUBERA_USER: "Administrator",
      KUBERA_PASS: place.password,
    },
    close: async () => {
      await door.close();
      await place.close();
    },
  };
};
