import { parentPort } from "node:worker_threads";

import { packText } from "../registry/packed-text.ts";
import type { RawText } from "../registry/document-cache.ts";
import { parseAndCheckText } from "../registry/parse-text.ts";

/** What a thread is asked, and what it answers: a packed text for each. */
export interface ParseJob {
  readonly id: number;
  readonly texts: readonly RawText[];
}

export interface ParseAnswer {
  readonly id: number;
  readonly lines: readonly string[];
}

const port = parentPort;
port?.on("message", ({ id, texts }: ParseJob) => {
  const lines = texts.map((raw) => packText(parseAndCheckText(raw)));
  const answer: ParseAnswer = { id, lines };
  port.postMessage(answer, []);
});
