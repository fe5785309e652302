/** One `${{ … }}` of a command or a binding. */
export interface Expression {
  /** `inputs.trips`, `parent.jobs.prep.outputs.clean`. */
  readonly path: string;
  /** Whether it stands in `$[[ … ]]`, which is left out when its input is. */
  readonly isOptional: boolean;
}

/** The expressions in a text, in order. Linear in its length. */
export function findExpressions(text: string): readonly Expression[] {
  const expressions: Expression[] = [];
  let optionalEnd = 0;
  let optionalStart = text.indexOf("$[[");
  for (let at = text.indexOf("${{"); at >= 0; at = text.indexOf("${{", at + 3)) {
    const end = text.indexOf("}}", at);
    if (end < 0) break;
    while (optionalStart >= 0 && optionalStart < at && optionalEnd <= at) {
      const close = text.indexOf("]]", optionalStart);
      optionalEnd = close < 0 ? text.length : close;
      optionalStart = text.indexOf("$[[", optionalEnd);
    }
    expressions.push({ path: text.slice(at + 3, end).trim(), isOptional: at < optionalEnd });
  }
  return expressions;
}
