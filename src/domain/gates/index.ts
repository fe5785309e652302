import { approvals } from "./approvals.ts";
import type { Gate } from "./gate.ts";
import { metrics } from "./metrics.ts";
import { order } from "./order.ts";
import { soak } from "./soak.ts";
import { checks, scan, signature } from "./unsupported.ts";

/** Every gate, in the order in which results are shown. */
export const gates: readonly Gate[] = [order, soak, approvals, metrics, checks, scan, signature];
