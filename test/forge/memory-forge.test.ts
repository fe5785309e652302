import { describeForge } from "./forge.contract.ts";
import { openSimulatedHost } from "./memory-host.ts";

describeForge("in memory", openSimulatedHost);
