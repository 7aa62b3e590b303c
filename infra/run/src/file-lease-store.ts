import { join } from "node:path";
import type { Clock } from "@kubera-e2e/schema/clock";
import { FileRegister } from "./file-register.ts";
import { RegisterLeases } from "./register-leases.ts";

/** Leases in the folder `leases` of a KUBERA_STORE. */
export class FileLeaseStore extends RegisterLeases {
  constructor(folder: string, clock?: Clock) {
    super(new FileRegister(join(folder, "leases")), clock);
  }
}
