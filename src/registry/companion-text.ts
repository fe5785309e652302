import { parseYaml, type ParsedYaml } from "./yaml/parse-yaml.ts";

/** A small file that says how others are read; parsed once, however many manifests name it. */
export class CompanionText {
  readonly text: string;
  readonly #bytes: Uint8Array;
  #parsed: ParsedYaml | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  }

  get sizeBytes(): number {
    return this.#bytes.byteLength;
  }

  get parsed(): ParsedYaml {
    this.#parsed ??= parseYaml(this.#bytes);
    return this.#parsed;
  }

  /** Git LFS keeps the file itself elsewhere. */
  get isLfsPointer(): boolean {
    return this.text.startsWith("version https://git-lfs.github.com/");
  }
}
