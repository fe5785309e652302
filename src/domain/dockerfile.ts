/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  readonly args: string;
  /** What follows in `<<EOF` blocks. */
  readonly body: string;
  /** Counts from 1. */
  readonly line: number;
}

/** Reads a Dockerfile as Docker does: directives, comments, continuations, here-documents. */
export function parseDockerfile(text: string): readonly Instruction[] {
  const reader = new Reader(text.replace(/^\ufeff/, "").split(/\r?\n/));
  return [...reader.instructions()];
}

class Reader {
  readonly #lines: readonly string[];
  readonly #escape: string;
  #next = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#escape = escapeOf(lines);
  }

  *instructions(): Iterable<Instruction> {
    for (;;) {
      this.#skipBlank();
      const line = this.#next + 1;
      if (line > this.#lines.length) return;
      const [keyword, args] = splitOnce(this.#logicalLine());
      const body = hereDocuments(keyword, args).map((end) => this.#until(end));
      yield { keyword: keyword.toUpperCase(), args, body: body.join("\n"), line };
    }
  }

  /** Comments and empty lines within an instruction are passed over. */
  #logicalLine(): string {
    const parts: string[] = [];
    for (;;) {
      const part = (this.#lines[this.#next] ?? "").trim();
      this.#next += 1;
      if (!part.endsWith(this.#escape)) return [...parts, part].join(" ").trim();
      parts.push(part.slice(0, -1));
      this.#skipBlank();
      if (this.#next >= this.#lines.length) return parts.join(" ").trim();
    }
  }

  #until(end: string): string {
    const start = this.#next;
    while (this.#next < this.#lines.length && this.#lines[this.#next]?.trim() !== end) {
      this.#next += 1;
    }
    const body = this.#lines.slice(start, this.#next).join("\n");
    this.#next += 1;
    return body;
  }

  #skipBlank(): void {
    while (this.#next < this.#lines.length) {
      const line = (this.#lines[this.#next] ?? "").trimStart();
      if (line !== "" && !line.startsWith("#")) return;
      this.#next += 1;
    }
  }
}

/** `# escape=\`` is possible before anything else only. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^\s{0,20}#\s{0,20}([a-z]{1,20})\s{0,20}=\s{0,20}(\S{1,200})/i.exec(line);
    if (directive === null) return "\\";
    if (directive[1]?.toLowerCase() === "escape" && directive[2] === "`") return "`";
  }
  return "\\";
}

function hereDocuments(keyword: string, args: string): readonly string[] {
  if (!args.includes("<<") || !/^(?:RUN|COPY|ADD)$/i.test(keyword)) return [];
  return [...args.matchAll(/<<-?(["']?)([A-Za-z_]\w{0,100})\1/g)].map(([, , end = ""]) => end);
}

function splitOnce(text: string): readonly [string, string] {
  const end = text.search(/\s/);
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end).trim()];
}

/** The image that a build starts from, with what is known of its variables. */
export interface BaseImage {
  /** `undefined` when a variable or template decides it. */
  readonly image: string | undefined;
  readonly line: number;
}

/** The images that `FROM` names; stages of the same file and `scratch` are none. */
export function baseImages(instructions: readonly Instruction[]): readonly BaseImage[] {
  const variables = new Map<string, string>();
  const stages = new Set<string>(["scratch"]);
  const images: BaseImage[] = [];
  for (const { keyword, args, line } of instructions) {
    if (keyword === "ARG" && images.length === 0) {
      for (const [name, value] of assignments(args)) variables.set(name, value);
    }
    if (keyword !== "FROM") continue;
    const words = args.split(/\s+/).filter((word) => !word.startsWith("--"));
    const [written = "", as = "", stage = ""] = words;
    const image = substitute(written, variables);
    const isStage = image !== undefined && stages.has(image.toLowerCase());
    if (!isStage) images.push({ image, line });
    if (as.toLowerCase() === "as") stages.add(stage.toLowerCase());
  }
  return images;
}

/** `NAME=value NAME2="value"` of ARG and ENV, and `NAME value` of an old ENV. */
export function* assignments(args: string): Iterable<readonly [string, string]> {
  const old = /^([A-Za-z_]\w{0,200})\s+([^=\s].*)$/s.exec(args);
  if (old?.[1] !== undefined && old[2] !== undefined) yield [old[1], unquote(old[2])];
  else {
    const pattern = /(?:^|\s)([A-Za-z_]\w{0,200})=("[^"]*"|'[^']*'|[^\s"']*)/g;
    for (const [, name = "", value = ""] of args.matchAll(pattern)) yield [name, unquote(value)];
  }
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, "$2");
}

function substitute(text: string, variables: ReadonlyMap<string, string>): string | undefined {
  if (text.includes("{{") || text.includes("{%") || text.length > 1000) return undefined;
  const filled = text.replaceAll(
    /\$(?:\{([A-Za-z_]\w*)(?::-([^}]*))?\}|([A-Za-z_]\w*))/g,
    (whole, braced: string | undefined, fallback: string | undefined, plain: string | undefined) =>
      variables.get(braced ?? plain ?? "") ?? fallback ?? whole,
  );
  return filled.includes("$") ? undefined : unquote(filled);
}
