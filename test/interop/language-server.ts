import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { pathToFileURL } from "node:url";

/** Counts from 0, as editors do. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Diagnostic {
  readonly range: { readonly start: Position };
  readonly message: string;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** An editor, as yaml-language-server sees one: the protocol over its standard streams. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #settings: unknown;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #diagnosed = new Map<string, (found: readonly Diagnostic[]) => void>();
  readonly #pulled: Promise<void>;
  #onPulled = (): void => undefined;
  #bytes = Buffer.alloc(0);
  #lastId = 0;

  /** `settings` is what `.vscode/settings.json` says below `yaml`. */
  private constructor(program: string, settings: unknown) {
    this.#settings = settings;
    this.#pulled = new Promise((resolve) => {
      this.#onPulled = resolve;
    });
    this.#child = spawn(process.execPath, [program, "--stdio"]);
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#takeMessages();
    });
  }

  static async start(program: string, folder: string, settings: unknown): Promise<LanguageServer> {
    const server = new LanguageServer(program, settings);
    const rootUri = pathToFileURL(folder).href;
    await server.#ask("initialize", {
      processId: process.pid,
      rootUri,
      capabilities: {
        workspace: { configuration: true },
        textDocument: { hover: { contentFormat: ["plaintext"] } },
      },
      workspaceFolders: [{ uri: rootUri, name: "registry" }],
    });
    server.#send({ method: "initialized", params: {} });
    server.#send({ method: "workspace/didChangeConfiguration", params: { settings: {} } });
    await server.#pulled;
    return server;
  }

  /** What the editor underlines once the file is open. */
  open(path: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = pathToFileURL(path).href;
    const found = new Promise<readonly Diagnostic[]>((resolve) => {
      this.#diagnosed.set(uri, resolve);
    });
    const textDocument = { uri, languageId: "yaml", version: 1, text };
    this.#send({ method: "textDocument/didOpen", params: { textDocument } });
    return found;
  }

  /** The text that is shown over a place; empty where nothing is. */
  async hover(path: string, position: Position): Promise<string> {
    const result = (await this.#ask("textDocument/hover", at(path, position))) as {
      readonly contents: { readonly value: string };
    } | null;
    return result?.contents.value ?? "";
  }

  /** What can be written at a place. */
  async complete(path: string, position: Position): Promise<readonly string[]> {
    const { items } = (await this.#ask("textDocument/completion", at(path, position))) as {
      readonly items: readonly { readonly label: string }[];
    };
    return items.map(({ label }) => label);
  }

  stop(): void {
    this.#child.kill();
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    const id = (this.#lastId += 1);
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #takeMessages(): void {
    for (;;) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      const length = /Content-Length: (\d+)/i.exec(
        this.#bytes.toString("utf8", 0, Math.max(end, 0)),
      );
      const to = end + 4 + Number(length?.[1]);
      if (end < 0 || this.#bytes.length < to) return;
      const message = JSON.parse(this.#bytes.toString("utf8", end + 4, to)) as Message;
      this.#bytes = this.#bytes.subarray(to);
      this.#take(message);
    }
  }

  #take({ id, method, params, ...answer }: Message): void {
    if (method === undefined && typeof id === "number") this.#answers.get(id)?.(answer);
    else if (method === "workspace/configuration") {
      const { items } = params as { readonly items: readonly { readonly section?: string }[] };
      const result = items.map(({ section }) => (section === "yaml" ? this.#settings : {}));
      this.#send({ ...(id === undefined ? {} : { id }), result });
      this.#onPulled();
    } else if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as {
        readonly uri: string;
        readonly diagnostics: readonly Diagnostic[];
      };
      this.#diagnosed.get(decodeURI(uri))?.(diagnostics);
    } else if (id !== undefined) this.#send({ id, result: null });
  }
}

function at(path: string, position: Position): unknown {
  return { textDocument: { uri: pathToFileURL(path).href }, position };
}
