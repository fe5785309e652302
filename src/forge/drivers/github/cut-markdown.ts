const note = "*Cut here: this is more than the host shows.* `cairn check` shows everything.";
const reserveBytes = 400;

/** As much of a Markdown text as fits, by whole lines where that can be, with everything closed again. */
export function cutMarkdown(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const outline = new Outline();
  const kept: string[] = [];
  let left = maxBytes - reserveBytes;
  for (const line of text.split("\n")) {
    const size = Buffer.byteLength(line) + 1;
    if (size > left) {
      if (kept.length === 0) kept.push(cutBytes(line, left));
      break;
    }
    kept.push(line);
    outline.note(line);
    left -= size;
  }
  return [...kept, ...outline.closings(), "", note].join("\n");
}

/** At most this many bytes of UTF-8, whole characters only. */
export function cutBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text).subarray(0, Math.max(maxBytes - 3, 0));
  return `${new TextDecoder().decode(bytes, { stream: true })}…`;
}

/** At most this many characters, as GitHub counts them. */
export function cutLine(text: string, maxLength: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line.length <= maxLength) return line;
  return `${line.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

const maxDepth = 10;

/** What is open at a line: a code block, and folded parts. */
class Outline {
  #fence: string | undefined;
  #depth = 0;

  note(line: string): void {
    const [, fence] = /^ {0,3}(`{3,20}|~{3,20})/.exec(line) ?? [];
    if (this.#fence !== undefined) {
      if (fence?.startsWith(this.#fence) === true) this.#fence = undefined;
      return;
    }
    this.#fence = fence;
    if (fence !== undefined) return;
    const opened = line.match(/<details\b/gi)?.length ?? 0;
    const closed = line.match(/<\/details>/gi)?.length ?? 0;
    this.#depth = Math.min(Math.max(this.#depth + opened - closed, 0), maxDepth);
  }

  closings(): readonly string[] {
    const fence = this.#fence === undefined ? [] : [this.#fence];
    return [...fence, ...Array.from({ length: this.#depth }, () => "\n</details>")];
  }
}
