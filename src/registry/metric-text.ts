import { isJsonObject, type JsonValue } from "../shared/json.ts";
import { fail, ok, type Result } from "../shared/result.ts";

/** Metrics are a few numbers; what is larger is not what a gate should read. */
export const maxMetricFileBytes = 1024 * 1024;
const maxMetrics = 1000;
const maxDepth = 64;

export type Metrics = Result<Readonly<Record<string, number>>, string>;

export function tooLargeForMetrics(path: string): string {
  return `${path} has more than ${maxMetricFileBytes} bytes: keep nothing but metrics in it`;
}

/** The metrics of a file, or in words that follow a colon why there are none. */
export function parseMetrics(path: string, text: string): Metrics {
  if (text.startsWith("version https://git-lfs.github.com/")) {
    return fail(`${path} is in Git LFS, and metrics must be in Git itself`);
  }
  if (isTooDeep(text)) return fail(`${path} is nested too deeply`);
  const value = parseJson(text);
  if (value === undefined) {
    return fail(`${path} is not JSON: write {"name": number, …}, without NaN`);
  }
  const nested = isJsonObject(value) ? value["metrics"] : undefined;
  const metrics = toMetrics(isJsonObject(nested) ? nested : value);
  return metrics.ok ? metrics : fail(`${metrics.problem} in ${path}`);
}

function parseJson(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text.replace(/^\ufeff/, ""));
    return value;
  } catch {
    return undefined;
  }
}

/** Counts brackets within texts too: nobody's metrics have sixty-four of them open. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > maxDepth) return true;
  }
  return false;
}

export function toMetrics(value: JsonValue): Metrics {
  if (!isJsonObject(value)) return fail("the metrics are not an object of numbers");
  const entries = Object.entries(value);
  if (entries.length > maxMetrics) return fail(`there are more than ${maxMetrics} metrics`);
  const metrics = new Map<string, number>();
  for (const [name, metric] of entries) {
    if (typeof metric !== "number" || !Number.isFinite(metric)) {
      return fail(`the metric "${name.slice(0, 60)}" is not a finite number`);
    }
    metrics.set(name, metric);
  }
  return ok(Object.fromEntries(metrics));
}
