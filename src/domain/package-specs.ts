/** What installers themselves bring; nobody's results depend on which one. */
const tools: ReadonlySet<string> = new Set(["pip", "setuptools", "wheel"]);

/** The name of a conda package that may change from one day to the next; `undefined` if none. */
export function unboundedCondaPackage(spec: string): string | undefined {
  if (isFilledInLater(spec) || spec.includes("://")) return undefined;
  const text = spec
    .slice(spec.lastIndexOf("::") + 1)
    .replace(/^:/, "")
    .trim();
  const name = /^[A-Za-z0-9][\w.-]{0,200}/.exec(text)?.[0];
  if (name === undefined || tools.has(name.toLowerCase())) return undefined;
  const rest = bracketVersion(text.slice(name.length).trim());
  const isOpen = /^={0,2}\*?$/.test(rest) || !(/^\d/.test(rest) || hasUpperBound(rest));
  return isOpen ? name : undefined;
}

/** The same of a line of a requirements file, `-e git+https://…` and the like included. */
export function unboundedPipPackage(line: string): string | undefined {
  const text = withoutComment(line).replace(/^(?:-e|--editable)[ =]\s{0,100}/, "");
  if (/^-|^$/.test(text) || isFilledInLater(text)) return undefined;
  if (/(?:^|@ {0,10})(?:git|hg|svn|bzr)\+[a-z]+:\/\//.test(text)) return openRepository(text);
  const isFile = /^[./~]|[\\/]|\.(?:whl|zip|tar\.gz)$/.test(text);
  return isFile ? undefined : openRequirement(text);
}

/** `name[extra] >= 1, < 2; marker`. */
function openRequirement(text: string): string | undefined {
  const match = /^([A-Za-z0-9][\w.-]{0,200})\s{0,20}(?:\[[^\]]{0,500}\])?([^;]{0,1000})/.exec(text);
  const [, name = "", range = ""] = match ?? [];
  if (name === "" || tools.has(name.toLowerCase())) return undefined;
  const bounds = range.trim();
  if (bounds === "") return name;
  return /^[<>=!~(]/.test(bounds) && !hasUpperBound(bounds) ? name : undefined;
}

/** `[version='>=3.8']` says it in brackets. */
function bracketVersion(rest: string): string {
  if (!rest.startsWith("[")) return rest;
  return /\bversion\s?=\s?["']?([^"'\]]{1,500})/.exec(rest)?.[1]?.trim() ?? rest;
}

/** `numpy=1.26` is conda's way to write it: pip refuses it. */
export function hasSingleEquals(line: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,200}(?:\[[^\]]{0,500}\])?\s{0,20}=\s{0,20}[^=\s]/.test(line.trim());
}

/** The file that a line of a requirements file takes in. */
export function includedFile(line: string): string | undefined {
  return /^(?:-r|--requirement)[ =]?\s{0,20}(\S{1,1000})$/.exec(withoutComment(line))?.[1];
}

/** A version that a lower bound or an exclusion leaves open. */
function hasUpperBound(range: string): boolean {
  return /[=<~]/.test(range.replaceAll(/[>!]=/g, ""));
}

function withoutComment(line: string): string {
  const start = line.search(/(?:^|\s)#/);
  return (start < 0 ? line : line.slice(0, start)).trim();
}

/** Templates and variables: nobody knows yet what will stand there. */
function isFilledInLater(text: string): boolean {
  return text.includes("{{") || text.includes("$");
}

/** A repository without a commit or tag is whatever was pushed last. Addresses may hold passwords. */
function openRepository(text: string): string | undefined {
  const [address = "", fragment = ""] = text.slice(text.indexOf("://") + "://".length).split("#");
  const path =
    address
      .slice(address.indexOf("/") + 1)
      .split(";")[0]
      ?.trim() ?? "";
  const [location = "", revision] = path.split("@");
  if (revision !== undefined && !/^(?:main|master|develop|HEAD)?$/.test(revision)) return undefined;
  const egg = /(?:^|&)egg=([\w.-]{1,200})/.exec(fragment)?.[1];
  return egg ?? (location.split("/").at(-1) ?? "").replace(/\.git$/, "");
}
