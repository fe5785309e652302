/** What a delivery says of itself: no JSON object at all, or one that names a repository or none. */
export type NamedRepository =
  | { readonly isJson: false }
  | { readonly isJson: true; readonly id: string | undefined };

/**
 * Finds `repository.id` in a JSON object and builds nothing: whatever the text holds, and however
 * deep, it costs one look at each byte. Anything odd on the way, such as a key twice, is no id. Of
 * JSON it only checks that brackets and strings are closed.
 */
export function readRepositoryId(blocks: Iterable<Uint8Array>): NamedRepository {
  const scan = new Scan();
  for (const block of blocks) scan.add(block);
  return scan.result();
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openArray = 0x5b;
const openObject = 0x7b;
const closers: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const spaces: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Long enough for `repository` and for any number of one. */
const maxTokenLength = 24;
const idForm = /^[1-9]\d{0,19}$/;

class Scan {
  #depth = 0;
  #state: "before" | "inside" | "after" | "broken" = "before";
  #isInString = false;
  #isEscaped = false;
  /** The string or number that was read last, at the depths where it matters. */
  #token = "";
  #key = "";
  #repositories = 0;
  #isInRepository = false;
  readonly #ids: string[] = [];

  add(block: Uint8Array): void {
    for (let at = 0; at < block.length; at += 1) {
      if (this.#isInString) at = this.#addToString(block, at);
      const byte = block[at];
      if (byte !== undefined && !spaces.has(byte)) this.#addOutside(byte);
    }
  }

  result(): NamedRepository {
    if (this.#state !== "after") return { isJson: false };
    const [id, ...others] = this.#ids;
    const isPlain = this.#repositories === 1 && others.length === 0;
    return { isJson: true, id: isPlain && id !== undefined && idForm.test(id) ? id : undefined };
  }

  /** Returns where the string has ended, or the block. */
  #addToString(block: Uint8Array, start: number): number {
    for (let at = start; at < block.length; at += 1) {
      const byte = block[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) {
        this.#isInString = false;
        return at + 1;
      }
      if (this.#depth <= 2 && byte !== undefined) this.#remember(byte);
    }
    return block.length;
  }

  #addOutside(byte: number): void {
    if (this.#state !== "inside") this.#begin(byte);
    else if (byte === quote) {
      this.#isInString = true;
      this.#token = "";
    } else if (byte === openObject || byte === openArray) this.#open(byte);
    else if (closers.has(byte)) this.#close();
    else if (byte === colon) this.#endKey();
    else if (byte === comma) this.#endValue();
    else this.#remember(byte);
  }

  #begin(byte: number): void {
    this.#state = this.#state === "before" && byte === openObject ? "inside" : "broken";
    this.#depth = 1;
  }

  #open(byte: number): void {
    if (this.#depth === 1 && this.#key === "repository") {
      this.#repositories += 1;
      this.#isInRepository = byte === openObject;
    }
    this.#key = "";
    this.#token = "";
    this.#depth += 1;
  }

  #close(): void {
    this.#endValue();
    this.#depth -= 1;
    if (this.#depth === 1) this.#isInRepository = false;
    if (this.#depth === 0) this.#state = "after";
  }

  #endKey(): void {
    if (this.#depth > 2) return;
    this.#key = this.#token;
    this.#token = "";
  }

  #endValue(): void {
    if (this.#depth > 2) return;
    if (this.#depth === 2 && this.#isInRepository && this.#key === "id")
      this.#ids.push(this.#token);
    this.#key = "";
    this.#token = "";
  }

  #remember(byte: number): void {
    if (this.#depth > 2 || this.#token.length > maxTokenLength) return;
    this.#token += String.fromCharCode(byte);
  }
}
