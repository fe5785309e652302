import { MemoryStoreDriver } from "../support/memory-store-driver.ts";
import { describeStoreDriver } from "./driver.contract.ts";

describeStoreDriver("memory", async () => ({ driver: new MemoryStoreDriver() }));
