import { Lexer } from "yaml";

/** Within these, YAML's own rules ask for more indentation than PyYAML does. */
const indifferent = ["parseQuotedScalar", "parseFlowCollection"] as const;

type Tokens = Generator<string, unknown, unknown>;

/**
 * Splits text as PyYAML does, which reads the lines of quoted texts and of `[…]` and `{…}` however
 * far they are indented. Azure's own client takes such files, so people have them.
 */
export function createPatientLexer(): Lexer {
  const lexer = new Lexer();
  for (const name of indifferent) {
    const original: unknown = Reflect.get(lexer, name);
    if (!isTokenizer(original)) throw new Error(`The lexer has no ${name}`);
    Reflect.set(lexer, name, function* withoutIndent(): Tokens {
      const indent: unknown = Reflect.get(lexer, "indentNext");
      Reflect.set(lexer, "indentNext", 0);
      const next = yield* original.call(lexer);
      Reflect.set(lexer, "indentNext", indent);
      return next;
    });
  }
  return lexer;
}

function isTokenizer(value: unknown): value is () => Tokens {
  return typeof value === "function";
}
