import type { Evaluation } from "../domain/promotion/facts.ts";
import type { Asset, Registry } from "../domain/registry.ts";
import { hasCode } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json.ts";
import { fail } from "../shared/result.ts";
import type { SourceTree } from "../source/source-tree.ts";
import {
  maxMetricFileBytes,
  parseMetrics,
  tooLargeForMetrics,
  toMetrics,
  type Metrics,
} from "./metric-text.ts";
import { resolvePath } from "./resolve-path.ts";
import { objects, textOf } from "./values.ts";

/** Of one asset together, however many files its evaluations name. */
const maxTotalBytes = 16 * 1024 * 1024;

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
    if (this.#bytesLeft < maxMetricFileBytes) {
      return fail(`the metric files are more than ${maxTotalBytes} bytes together`);
    }
    try {
      const bytes = await this.#tree.read(path, { maxBytes: maxMetricFileBytes });
      this.#bytesLeft -= bytes.byteLength;
      return parseMetrics(path, Buffer.from(bytes).toString("utf8"));
    } catch (error) {
      if (!hasCode(error, "SOURCE_FILE_TOO_LARGE")) throw error;
      return fail(tooLargeForMetrics(path));
    }
  }
}
