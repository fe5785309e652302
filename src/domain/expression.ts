/** One `${{ … }}` of a command or a binding. */
export interface Expression {
  /** `inputs.trips`, `parent.jobs.prep.outputs.clean`. */
  readonly path: string;
  /** Whether it stands in `$[[ … ]]`, which is left out when its input is. */
  readonly isOptional: boolean;
}

/** Longer than any name: what a text of nothing but `${{` would have read again at each of them. */
const maxLength = 1000;

/**
 * The expressions in a text, in order. Linear in its length. What has a space in it is none:
 * Azure ML leaves `${{ a b }}` as it is.
 */
export function findExpressions(text: string): readonly Expression[] {
  const expressions: Expression[] = [];
  let optionalEnd = 0;
  let optionalStart = text.indexOf("$[[");
  let end = -1;
  for (let at = text.indexOf("${{"); at >= 0; at = text.indexOf("${{", at + 3)) {
    if (end < at) end = text.indexOf("}}", at);
    if (end < 0) break;
    if (end - at > maxLength) continue;
    while (optionalStart >= 0 && optionalStart < at && optionalEnd <= at) {
      const close = text.indexOf("]]", optionalStart);
      optionalEnd = close < 0 ? text.length : close;
      optionalStart = text.indexOf("$[[", optionalEnd);
    }
    const path = text.slice(at + 3, end).trim();
    if (path !== "" && !/\s/.test(path)) expressions.push({ path, isOptional: at < optionalEnd });
  }
  return expressions;
}

/** The path of a text that is one expression and nothing else. */
export function onlyExpression(text: string): string | undefined {
  if (!text.startsWith("${{") || !text.endsWith("}}") || text.indexOf("${{", 3) >= 0) {
    return undefined;
  }
  return findExpressions(text)[0]?.path;
}

/** The start of an expression that nothing closes: Azure ML hands it to the shell as it is. */
export function unclosedExpression(text: string): string | undefined {
  const at = text.lastIndexOf("${{");
  if (at < 0 || text.includes("}}", at)) return undefined;
  return /^\$\{\{\s*[\w.-]{0,60}/.exec(text.slice(at, at + 80))?.[0];
}
