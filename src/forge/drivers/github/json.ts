/**
 * Parses JSON. Whole numbers that a double cannot hold become text, so that no id is rounded to
 * another one. Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!perhapsLong.test(text)) return value;
  return JSON.parse(text.replaceAll(textsAndNumbers, keepDigits));
}

const perhapsLong = /[[:,]\s*-?\d{16}/;
const textsAndNumbers = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

function keepDigits(token: string): string {
  const isWhole = /^-?\d+$/.test(token);
  return isWhole && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token;
}
