import { spdxExceptions, spdxLicenses } from "./spdx-licenses.ts";

const licenses = byLowerCase(spdxLicenses);
const exceptions = byLowerCase(spdxExceptions);
const maxLength = 2000;
const maxDepth = 50;

/** What is wrong with an SPDX licence expression, as a sentence; `undefined` when nothing is. */
export function licenseProblem(expression: string): string | undefined {
  if (expression.length > maxLength)
    return "The licence is longer than any expression needs to be.";
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  if (tokens.length === 0) return "The licence is empty: write an SPDX identifier.";
  return new Parser(tokens).problem();
}

/** The identifier that a common name certainly means: `Apache 2.0`. */
export function meantLicense(text: string): string | undefined {
  const key = plainKey(text.slice(0, 200));
  const found = aliases.get(key) ?? plainIds.get(key) ?? plainIds.get(`${key}0`);
  // GPL-3.0 alone leaves open whether later versions are meant, too.
  return found === undefined || /^[AL]?GPL-[\d.]+$/.test(found) ? undefined : found;
}

/** `AND` binds no differently from `OR` here: only the form counts. */
class Parser {
  readonly #tokens: readonly string[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  problem(): string | undefined {
    return (
      this.#operand() ?? (this.#depth > 0 ? 'The licence has a "(" without its ")".' : undefined)
    );
  }

  /** Expects a licence; then what may follow one. */
  #operand(): string | undefined {
    for (;;) {
      while (this.#take("(")) {
        this.#depth += 1;
        if (this.#depth > maxDepth) return "The licence has too many parentheses.";
      }
      const problem = this.#license();
      if (problem !== undefined) return problem;
      while (this.#take(")")) {
        this.#depth -= 1;
        if (this.#depth < 0) return 'The licence has a ")" without its "(".';
      }
      const word = this.#tokens[this.#next];
      if (word === undefined) return undefined;
      if (!/^(?:AND|OR|and|or)$/.test(word)) {
        return `Between two licences stands AND or OR, and not "${shown(word)}".`;
      }
      this.#next += 1;
    }
  }

  #license(): string | undefined {
    const word = this.#tokens[this.#next];
    this.#next += 1;
    if (word === undefined || /^(?:\)|AND|OR|WITH)$/.test(word)) {
      return "The licence lacks an identifier beside AND, OR or a parenthesis.";
    }
    if (!isLicense(word)) {
      return `"${shown(word)}" is no SPDX identifier: see spdx.org/licenses, or write LicenseRef-<name>.`;
    }
    if (!/^WITH$/i.test(this.#tokens[this.#next] ?? "")) return undefined;
    const exception = this.#tokens[this.#next + 1] ?? "";
    this.#next += 2;
    if (isReference(exception, "AdditionRef") || exceptions.has(exception.toLowerCase())) {
      return undefined;
    }
    return `"${shown(exception)}" is no SPDX exception, which WITH needs: see spdx.org/licenses.`;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next += 1;
    return true;
  }
}

function isLicense(word: string): boolean {
  const id = word.replace(/\+$/, "").toLowerCase();
  return licenses.has(id) || isReference(word, "LicenseRef");
}

function isReference(word: string, kind: "LicenseRef" | "AdditionRef"): boolean {
  const [first = "", second] = word.split(":");
  const own = second ?? first;
  const hasDocument = second === undefined || /^DocumentRef-[A-Za-z0-9.-]+$/.test(first);
  return (
    hasDocument && own.startsWith(`${kind}-`) && /^[A-Za-z0-9.-]+$/.test(own) && own.length > 11
  );
}

function byLowerCase(ids: readonly string[]): ReadonlyMap<string, string> {
  return new Map(ids.map((id) => [id.toLowerCase(), id]));
}

/** Without the words and signs in which names of the same licence differ. */
function plainKey(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\b(?:the|licen[sc]e|licen[sc]ed|version|software|foundation)\b/g, "")
    .replaceAll(/\bv(?:er)?\.?\s?(?=\d)/g, "")
    .replaceAll(/[^a-z0-9]/g, "");
}

/** Names that lose their difference to another one mean nothing certain. */
const plainIds = ((): ReadonlyMap<string, string> => {
  const ids = new Map<string, string>();
  const twice = new Set<string>();
  for (const id of spdxLicenses) {
    const key = plainKey(id);
    if (ids.has(key)) twice.add(key);
    ids.set(key, id);
  }
  for (const key of twice) ids.delete(key);
  return ids;
})();

const aliases: ReadonlyMap<string, string> = new Map([
  ["apache2", "Apache-2.0"],
  ["asl2", "Apache-2.0"],
  ["asl20", "Apache-2.0"],
  ["expat", "MIT"],
  ["bsd2", "BSD-2-Clause"],
  ["simplifiedbsd", "BSD-2-Clause"],
  ["bsd3", "BSD-3-Clause"],
  ["newbsd", "BSD-3-Clause"],
  ["modifiedbsd", "BSD-3-Clause"],
  ["3clausebsd", "BSD-3-Clause"],
  ["2clausebsd", "BSD-2-Clause"],
  ["cc0", "CC0-1.0"],
  ["mpl2", "MPL-2.0"],
  ["boost", "BSL-1.0"],
  ["unlicense", "Unlicense"],
]);

function shown(text: string): string {
  return text.slice(0, 60);
}
