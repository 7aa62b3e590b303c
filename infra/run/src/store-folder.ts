export { storeFolder } from "@kubera-e2e/lifecycle/store-folder";
