import { stripVTControlCharacters } from "node:util";

const widest = 100;
const gutter = "  │ ";
const styles = { bold: [1, 22], cyan: [36, 39], dim: [2, 22], green: [32, 39] } as const;

/** Where the tour is printed: as wide as a page, colours on a terminal only. */
export class Screen {
  readonly #columns: number;
  readonly hasColor: boolean;
  /** Whether the last thing printed was a command that had nothing to say so far. */
  #isQuiet = false;

  constructor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    const isTerminal = stream.isTTY === true;
    this.#columns = Math.min(isTerminal ? stream.columns : widest, widest);
    this.hasColor = isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  }

  heading(title: string): void {
    this.#print(`\n\n${this.#style("bold", title)}\n${"─".repeat(title.length)}`);
  }

  /** What happens, and why. */
  say(text: string): void {
    this.#print(`\n${wrapLine(text.replaceAll(/\s+/g, " ").trim(), this.#columns).join("\n")}`);
  }

  /** Long ones go over several lines, an option with its value on one. */
  command(words: readonly string[]): void {
    const units = words.join(" ").split(/ (?=--)/);
    const lines: string[] = [];
    let line = "";
    for (const unit of units) {
      const isFull = line !== "" && line.length + unit.length > this.#columns - 6;
      if (isFull) lines.push(`${line} \\`);
      line = isFull ? `    ${unit}` : `${line} ${unit}`.replace(/^ (?! )/, "");
    }
    const typed = [...lines, line].map((part) => this.#style("bold", part)).join("\n");
    this.#print(`${this.#isQuiet ? "" : "\n"}${this.#style("cyan", "$")} ${typed}`);
    this.#isQuiet = true;
  }

  /** What a program printed: lines are broken, or folded to their number, but never changed. */
  output(text: string, shown: readonly string[] | undefined): void {
    if (text.trim() === "") return;
    for (const line of foldLines(text.trimEnd().split("\n"), shown)) {
      const broken = wrapLine(line, this.#columns - gutter.length);
      for (const part of broken) this.#print(`${this.#style("dim", gutter)}${part}`.trimEnd());
    }
  }

  /** A fact that was looked up with Git or in a store, not in what was printed. */
  fact(text: string): void {
    const [first = "", ...rest] = wrapLine(text, this.#columns - 4);
    this.#print(
      [`  ${this.#style("green", "=")} ${first}`, ...rest.map((line) => `    ${line}`)].join("\n"),
    );
  }

  #style(style: keyof typeof styles, text: string): string {
    const [open, close] = styles[style];
    return this.hasColor ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  }

  #print(text: string): void {
    this.#isQuiet = false;
    process.stdout.write(`${text}\n`);
  }
}

/** Keeps the lines that hold one of the texts; what lies between becomes `⋮ 3 lines`. */
function foldLines(
  lines: readonly string[],
  shown: readonly string[] | undefined,
): readonly string[] {
  if (shown === undefined) return lines;
  const folded: string[] = [];
  let hidden: string[] = [];
  const close = (): void => {
    // One line is as short as saying that there is one.
    folded.push(...(hidden.length > 1 ? [`⋮ ${hidden.length} lines`] : hidden));
    hidden = [];
  };
  for (const line of lines) {
    const plain = stripVTControlCharacters(line);
    if (plain.trim() === "") continue;
    const isShown = shown.some((text) => plain.includes(text));
    if (!isShown) hidden.push(line);
    else {
      close();
      folded.push(line);
    }
  }
  close();
  return folded;
}

/** Breaks a line between words; what follows stands under the last column of the first part. */
function wrapLine(line: string, columns: number): readonly string[] {
  const words = line.split(/(?<=\S)(?= )/);
  const indent = " ".repeat(columnStart(stripVTControlCharacters(line), columns));
  const parts: string[] = [];
  let part = "";
  for (const word of words) {
    const isFull = part.trim() !== "" && widthOf(part) + widthOf(word) > columns;
    if (isFull) parts.push(part);
    part = isFull ? `${indent}${word.trimStart()}` : part + word;
  }
  return [...parts, part];
}

/** Where the text of the last column starts, unless that leaves it no room. */
function columnStart(plain: string, columns: number): number {
  const starts = [...plain.matchAll(/(?:^| ) +(?=[^ ])/g)].map((gap) => gap.index + gap[0].length);
  return starts.filter((start) => start <= columns / 3).at(-1) ?? 0;
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
