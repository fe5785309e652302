import { stripVTControlCharacters } from "node:util";
import { redact } from "../shared/redact.ts";

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof codes;

/** Puts a style around text, or leaves the text alone where there are no colours. */
export type Paint = (style: Style, text: string) => string;

export const paintPlain: Paint = (_style, text) => text;

export const paintAnsi: Paint = (style, text) => {
  const [open, close] = codes[style];
  return `\u001B[${open}m${text}\u001B[${close}m`;
};

/** Text from a registry or a remote, made safe for one line of a terminal. */
export function clean(text: string): string {
  return redact(text).replaceAll(/\s*[\n\t]\s*/g, " ");
}

/** Columns that text takes, styles not counted. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
