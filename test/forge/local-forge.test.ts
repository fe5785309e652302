import { describeForge } from "./forge.contract.ts";
import { openNativeHost } from "./native-host.ts";

describeForge("local, in real repositories", openNativeHost);
