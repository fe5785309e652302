import { compileGlob } from "../../../registry/glob.ts";

/** Assets by kind and name, with `*` for any text: what a line of CODEOWNERS can say of a glob. */
export interface Selector {
  /** One of the plural kinds, or `*`. */
  readonly kind: string;
  readonly name: string;
}

const kinds = ["components", "data", "endpoints", "environments", "models"] as const;

/** A glob of the policy; one that CODEOWNERS has no form for becomes a wider one. */
export function selectorsOf(glob: string): readonly Selector[] {
  const slash = glob.indexOf("/");
  const [kindGlob, rest] = slash < 0 ? [glob, "**"] : [glob.slice(0, slash), glob.slice(slash + 1)];
  if (!hasWholeBraces(kindGlob) || kindGlob === "**") return [{ kind: "*", name: "*" }];
  const matches = compileGlob(kindGlob);
  const named = kinds.filter((kind) => matches(kind));
  const name = /^[\w.*-]+$/.test(rest) ? rest.replaceAll(/\*+/g, "*") : "*";
  if (named.length === kinds.length) return [{ kind: "*", name }];
  return named.map((kind) => ({ kind, name }));
}

function hasWholeBraces(text: string): boolean {
  return text.split("{").length === text.split("}").length;
}

/** `/stages/prod/models/taxi-*.yaml`. */
export function pathOf(stage: string, { kind, name }: Selector): string {
  const folder = `/stages/${stage}/`;
  if (name !== "*") return `${folder}${kind}/${name}.yaml`;
  return kind === "*" ? folder : `${folder}${kind}/`;
}

/** Whether everything that `inner` takes is taken by `outer`. */
export function covers(outer: Selector, inner: Selector): boolean {
  return (outer.kind === "*" || outer.kind === inner.kind) && takes(outer.name, inner.name);
}

/** Whether there can be an asset that both take. */
export function meets(left: Selector, right: Selector): boolean {
  const isSameKind = left.kind === right.kind || left.kind === "*" || right.kind === "*";
  return isSameKind && canMeet(left.name, right.name);
}

/** A `*` in `text` is one more character, which only a `*` of the pattern takes. */
function takes(pattern: string, text: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Two patterns can meet unless their fixed ends contradict each other. */
function canMeet(left: string, right: string): boolean {
  if (!left.includes("*")) return takes(right, left);
  if (!right.includes("*")) return takes(left, right);
  return (
    haveOneStart(fixedStart(left), fixedStart(right)) &&
    haveOneStart(reversed(fixedEnd(left)), reversed(fixedEnd(right)))
  );
}

function haveOneStart(left: string, right: string): boolean {
  return left.startsWith(right) || right.startsWith(left);
}

function fixedStart(name: string): string {
  return name.slice(0, name.indexOf("*"));
}

function fixedEnd(name: string): string {
  return name.slice(name.lastIndexOf("*") + 1);
}

function reversed(text: string): string {
  return Array.from(text).toReversed().join("");
}
