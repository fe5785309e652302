/**
 * What PyYAML, which the Azure ML client reads files with, makes of an unquoted scalar. It follows
 * YAML 1.1 (https://yaml.org/type/): `010` is 8, `1_000` is 1000, `12:30:45` is 45045.
 */
export type PythonScalar =
  | { readonly type: "string" }
  | { readonly type: "null" }
  | { readonly type: "boolean" | "number" | "date"; readonly text: string };

const yes = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const no = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const nothing = /^(?:~|null|Null|NULL|)$/;
const integer = /^[-+]?(?:0b[0-1_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const float =
  /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const date =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?$/;

export function readLikePython(source: string): PythonScalar {
  if (source.length > 4096) return { type: "string" };
  if (nothing.test(source)) return { type: "null" };
  if (yes.test(source)) return { type: "boolean", text: "True" };
  if (no.test(source)) return { type: "boolean", text: "False" };
  if (integer.test(source)) return { type: "number", text: integerText(source) };
  if (sexagesimal.test(source)) return { type: "number", text: sexagesimalText(source) };
  if (float.test(source)) return { type: "number", text: floatText(source) };
  if (date.test(source)) return { type: "date", text: source };
  return { type: "string" };
}

function integerText(source: string): string {
  const isNegative = source.startsWith("-");
  const digits = source.replace(/^[-+]/, "").replaceAll("_", "");
  const isOctal = /^0[0-7]+$/.test(digits);
  // Underscores alone ("0x_") are refused by Python; the file is then unreadable, not mangled.
  if (!/^(?:0b[01]+|0x[0-9a-fA-F]+|[0-9]+)$/.test(digits)) return source;
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return (isNegative ? -value : value).toString();
}

function sexagesimalText(source: string): string {
  const sign = source.startsWith("-") ? -1 : 1;
  const parts = source.replace(/^[-+]/, "").replaceAll("_", "").split(":");
  const value = parts.reduce((total, part) => total * 60 + Number(part), 0);
  return source.includes(".") ? pythonFloat(sign * value) : String(sign * value);
}

function floatText(source: string): string {
  const lower = source.toLowerCase().replaceAll("_", "");
  if (lower.endsWith("inf")) return lower.startsWith("-") ? "-inf" : "inf";
  if (lower.endsWith("nan")) return "nan";
  return pythonFloat(Number(lower));
}

/** Python's `repr` of a float. */
function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value.toFixed(0)}.0` : String(value);
}
