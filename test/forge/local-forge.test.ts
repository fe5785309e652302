import { describeForge } from "./forge.contract.ts";
import { openLocalHost } from "./memory-host.ts";
import { openNativeHost } from "./native-host.ts";

describeForge("local, in real repositories", openNativeHost);
describeForge("local, in memory", openLocalHost);
