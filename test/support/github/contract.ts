import { readFile } from "node:fs/promises";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

/** What `cut-openapi.ts` keeps of GitHub's description. */
export interface OpenapiCut {
  readonly version: string;
  /** `GET /repos/{owner}/{repo}`: status to the schema of the body, `null` where there is none. */
  readonly operations: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const name = "github";
const mostTold = 5;

let loading: Promise<Contract> | undefined;

/** The description is read and compiled once for all doubles of a process. */
export async function loadContract(): Promise<Contract> {
  loading ??= readFile(new URL("openapi-cut.json", import.meta.url), "utf8").then(
    (text) => new Contract(JSON.parse(text) as OpenapiCut),
  );
  return loading;
}

/** Checks answers against GitHub's published description of its REST API. */
export class Contract {
  readonly #cut: OpenapiCut;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(cut: OpenapiCut) {
    this.#cut = cut;
    this.#ajv = new Ajv({ strict: false, allErrors: true, logger: false });
    formats.default(this.#ajv);
    const loose = ["int32", "int64", "double", "binary", "timestamp", "repo.nwo", "uri-template"];
    for (const format of loose) this.#ajv.addFormat(format, true);
    this.#ajv.addSchema(cut, name);
  }

  /** What is wrong with the answer; `undefined` when nothing is. */
  problemOf(operation: string, status: number, body: unknown): string | undefined {
    const answers = this.#cut.operations[operation];
    if (answers === undefined) return `${operation} is not in GitHub's description`;
    const schema = answers[String(status)];
    if (schema === undefined && status < 400) return `${operation} does not answer ${status}`;
    if (schema === null && status < 400) {
      return body === undefined ? undefined : `${operation} ${status} has no body`;
    }
    // Many refusals are described without their body, or not at all.
    const pointer =
      schema === undefined || schema === null
        ? "/components/schemas/basic-error"
        : `/operations/${operation.replaceAll("~", "~0").replaceAll("/", "~1")}/${status}`;
    const validate = this.#validatorOf(pointer);
    if (validate(body)) return undefined;
    const problems = (validate.errors ?? []).filter((error) => !isKnownNull(error));
    return problems.length === 0 ? undefined : `${operation} ${status}: ${describe(problems)}`;
  }

  #validatorOf(pointer: string): ValidateFunction {
    const known = this.#compiled.get(pointer);
    if (known !== undefined) return known;
    const fragment = pointer.split("/").map(encodeURIComponent).join("/");
    const validate = this.#ajv.compile({ $ref: `${name}#${fragment}` });
    this.#compiled.set(pointer, validate);
    return validate;
  }
}

/** GitHub says `null` there, whatever its description says: a label's, and of a fork that is gone. */
function isKnownNull({ instancePath, keyword }: ErrorObject): boolean {
  return (
    keyword === "type" && /\/(?:labels\/\d+\/description|head\/(?:repo|user))$/.test(instancePath)
  );
}

function describe(errors: readonly ErrorObject[]): string {
  return errors
    .slice(0, mostTold)
    .map(
      ({ instancePath, message = "", params }) =>
        `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
    .join("; ");
}
