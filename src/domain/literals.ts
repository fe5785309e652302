import type { JsonObject, JsonValue } from "../shared/json.ts";

/** Why an input that is no file cannot have this value. */
export interface LiteralProblem {
  readonly message: string;
  /** The value is of the right type, and `enum`, `min` or `max` leave it out. */
  readonly isLimit: boolean;
}

export function literalProblem(value: JsonValue, input: JsonObject): LiteralProblem | undefined {
  if (value === null || typeof value === "object") return undefined;
  const type = typeof input["type"] === "string" ? input["type"].toLowerCase() : undefined;
  const text = String(value);
  const number = toNumber(value);
  const wrong = typeProblem(text, number, type);
  if (wrong !== undefined) return { message: wrong, isLimit: false };
  const limit = choiceProblem(text, input) ?? rangeProblem(number, type, input);
  return limit === undefined ? undefined : { message: limit, isLimit: true };
}

function typeProblem(
  text: string,
  number: number | undefined,
  type: string | undefined,
): string | undefined {
  if (type === "boolean" && !/^(?:true|false|yes|no|on|off|1|0)$/i.test(text)) {
    return `${shown(text)} is neither true nor false`;
  }
  if (type !== "number" && type !== "integer") return undefined;
  if (number === undefined) return `${shown(text)} is no ${type}`;
  const isFraction = type === "integer" && !Number.isInteger(number);
  return isFraction ? `${text} is no whole number` : undefined;
}

function choiceProblem(text: string, { enum: allowed }: JsonObject): string | undefined {
  if (!Array.isArray(allowed)) return undefined;
  const isAllowed = allowed.some((each) => {
    // Python writes True and False, and 1.0 for 1.
    const choice = String(each);
    const isSameNumber = toNumber(choice) !== undefined && toNumber(choice) === toNumber(text);
    return isSameNumber || choice.toLowerCase() === text.toLowerCase();
  });
  return isAllowed ? undefined : `${shown(text)} is none of the values that "enum" allows`;
}

function rangeProblem(
  number: number | undefined,
  type: string | undefined,
  { min, max }: JsonObject,
): string | undefined {
  const least = toNumber(min);
  const most = toNumber(max);
  if (number === undefined || type === "string") return undefined;
  if (least !== undefined && number < least) return `${number} is below min, ${least}`;
  if (most !== undefined && number > most) return `${number} is above max, ${most}`;
  return undefined;
}

/** A number, also one in quotes, as Azure ML takes it. */
export function toNumber(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^\s*[-+]?[\d.][\d.eE+-]*\s*$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
