import type { Evaluation } from "../domain/promotion/facts.ts";
import type { Asset, Registry } from "../domain/registry.ts";
import { hasCode } from "../shared/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { fail, ok, type Result } from "../shared/result.ts";
import type { SourceTree } from "../source/source-tree.ts";
import { resolvePath } from "./resolve-path.ts";
import { objects, textOf } from "./values.ts";

/** Metrics are a few numbers; what is larger is not what a gate should read. */
const maxFileBytes = 1024 * 1024;
/** Of one asset together, however many files its evaluations name. */
const maxTotalBytes = 16 * 1024 * 1024;
const maxMetrics = 1000;
const maxDepth = 64;

type Metrics = Result<Readonly<Record<string, number>>, string>;

/**
 * The evaluations of an asset's metadata file with their metrics, those of metric files read. A
 * file that is no good is an evaluation with a problem, in words that follow a colon: gates fail
 * on it, and say why.
 */
export async function readEvaluations(
  asset: Asset,
  registry: Registry,
  tree: SourceTree,
): Promise<readonly Evaluation[]> {
  const document = asset.metadata?.document;
  if (document === undefined) return [];
  const files = new MetricFiles(document.path, registry, tree);
  const evaluations: Evaluation[] = [];
  for (const evaluation of objects(document.value["evaluations"])) {
    const { metrics: written, file } = evaluation;
    const metrics = typeof file === "string" ? await files.read(file) : toMetrics(written ?? null);
    evaluations.push(toEvaluation(evaluation, metrics));
  }
  return evaluations;
}

function toEvaluation({ data, split }: JsonObject, metrics: Metrics): Evaluation {
  const part = textOf(split);
  return {
    data: textOf(data) ?? "",
    ...(part === undefined ? {} : { split: part }),
    ...(metrics.ok ? { metrics: metrics.value } : { metrics: {}, problem: metrics.problem }),
  };
}

class MetricFiles {
  readonly #metadataPath: string;
  readonly #registry: Registry;
  readonly #tree: SourceTree;
  readonly #known = new Map<string, Metrics>();
  #bytesLeft = maxTotalBytes;

  constructor(metadataPath: string, registry: Registry, tree: SourceTree) {
    this.#metadataPath = metadataPath;
    this.#registry = registry;
    this.#tree = tree;
  }

  async read(file: string): Promise<Metrics> {
    const target = resolvePath(this.#metadataPath, file);
    if (!target.ok) return fail(target.problem.replace(/^The(.*)\.$/s, "the$1"));
    const path = target.value;
    const known = this.#known.get(path) ?? (await this.#readPath(path));
    this.#known.set(path, known);
    return known;
  }

  async #readPath(path: string): Promise<Metrics> {
    if (!this.#registry.files.has(path)) return fail(`there is no file ${path}`);
    if (this.#bytesLeft < maxFileBytes) {
      return fail(`the metric files are more than ${maxTotalBytes} bytes together`);
    }
    try {
      const bytes = await this.#tree.read(path, { maxBytes: maxFileBytes });
      this.#bytesLeft -= bytes.byteLength;
      return parseMetrics(path, bytes);
    } catch (error) {
      if (!hasCode(error, "SOURCE_FILE_TOO_LARGE")) throw error;
      return fail(`${path} has more than ${maxFileBytes} bytes: keep nothing but metrics in it`);
    }
  }
}

function parseMetrics(path: string, bytes: Uint8Array): Metrics {
  const text = Buffer.from(bytes).toString("utf8");
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

function toMetrics(value: JsonValue): Metrics {
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
