import { approvals } from "./approvals.ts";
import { checks } from "./checks.ts";
import { dependencies } from "./dependencies.ts";
import { fields } from "./fields.ts";
import { freeze } from "./freeze.ts";
import type { Gate } from "./gate.ts";
import { metrics } from "./metrics.ts";
import { order } from "./order.ts";
import { soak } from "./soak.ts";
import { scan, signature } from "./unsupported.ts";
import { window } from "./window.ts";

/** Every gate, in the order in which results are shown. */
export const gates: readonly Gate[] = [
  order,
  soak,
  approvals,
  metrics,
  fields,
  dependencies,
  checks,
  window,
  freeze,
  scan,
  signature,
];
