import { readingRules } from "./reading-rules.ts";
import { rules } from "./index.ts";
import type { RuleInfo } from "./rule.ts";

/** Everything that a registry can be told is wrong with it; each has a page in docs/rules. */
export const allRules: readonly RuleInfo[] = [...readingRules, ...rules];
