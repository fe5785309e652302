import { redact } from "../../shared/redact.ts";

const mostLetters = 300;

/** A name as code. What could end the code or its table cell is shown as prose instead. */
export function code(text: string): string {
  const line = plainLine(text);
  return /^[\w./@:#+=,^-]+$/.test(line) ? `\`${line}\`` : prose(text);
}

/** What a host looks for in the finished text, where no escape helps: it is taken apart. */
const triggers = [
  /[@#]/g, // mentions, issues, mail addresses
  /:(?=[\w/+-])/g, // links (`https://`), emoji (`:tada:`)
  /\bwww(?=\.)/gi, // links
  /\bGH(?=-\d)/gi, // issues
  /[\da-f]{6}(?=[\da-f])/gi, // commits
];

/** Text on one line that shows as it is written, and is nothing but text. */
export function prose(text: string): string {
  const apart = triggers.reduce(
    (line, trigger) => line.replaceAll(trigger, "$&\u200B"),
    plainLine(text),
  );
  return (
    apart
      .replaceAll(/[&<>|]/g, (character) => `&#${character.charCodeAt(0)};`)
      .replaceAll(/[\\`*_[\]~]/g, String.raw`\$&`)
      // GitHub looks for formulas after escapes and entities are gone; this is its own way out.
      .replaceAll("$", "<span>$$</span>")
      // At the start of a list's item they would begin a list or a rule.
      .replace(/^(?=[-+=])|(?<=^\d{1,9})(?=[.)](?: |$))/, "\\")
  );
}

/** One line without secrets and without characters that are not seen, cut where it gets long. */
export function plainLine(text: string, most = mostLetters): string {
  // Cut first, so that a text of megabytes costs nothing; with enough left to know a secret by.
  const line = redact(text.slice(0, 10 * most))
    .replaceAll(/\s+/g, " ")
    // Some scripts and emoji are written with the joiners and the last one; nothing needs the rest.
    .replaceAll(
      /(?!\u200C|\u200D|\uFE0F)[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu,
      "\uFFFD",
    )
    .trim();
  if (line === "") return "–";
  const letters = Array.from(line);
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : line;
}
