import { data, type Data } from "./value.ts";

/** Version that is spoken; also in `vimServiceVersions.xml`. */
export const API_VERSION = "7.0.3.0";

/** What the server says it is; the full name says that it is simulated. */
export const vcenterAbout = (): Data =>
  data("AboutInfo", {
    name: "VMware vCenter Server",
    fullName: "VMware vCenter Server 7.0.3 (SIMULATED)",
    vendor: "VMware, Inc.",
    version: "7.0.3",
    build: "0",
    localeVersion: "INTL",
    localeBuild: "000",
    osType: "linux-x64",
    productLineId: "vpx",
    apiType: "VirtualCenter",
    apiVersion: API_VERSION,
    instanceUuid: "5173d1a7-0000-4000-8000-73696d756c61",
    licenseProductName: "VMware VirtualCenter Server",
    licenseProductVersion: "7.0",
  });
