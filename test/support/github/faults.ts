import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "./lies.ts";

/** An answer as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** What a fault answers without the request being carried out. */
export function answerInstead(fault: Fault | undefined): WireAnswer | undefined {
  if (fault?.type === "status" && fault.afterWrite !== true) return statusAnswer(fault);
  if (fault?.type === "empty") return plain(200, "content-type", "application/json");
  if (fault?.type === "redirect") return plain(fault.status ?? 302, "location", fault.to);
  if (fault?.type !== "text") return undefined;
  return { ...plain(200, "content-type", "text/html"), body: Buffer.from(fault.body) };
}

function plain(status: number, name: string, value: string): WireAnswer {
  return { status, headers: [[name, value]], body: Buffer.alloc(0) };
}

function statusAnswer(fault: Extract<Fault, { readonly type: "status" }>): WireAnswer {
  const body = fault.body ?? { message: "Server Error" };
  const headers = Object.entries({ "content-type": "application/json", ...fault.headers });
  return { status: fault.status, headers, body: Buffer.from(JSON.stringify(body)) };
}

/** What a fault makes of a true answer. */
export function spoil(fault: Fault | undefined, answer: WireAnswer, url: string): WireAnswer {
  if (fault?.type === "status") return statusAnswer(fault);
  if (fault?.type === "wrong-types") {
    return { ...answer, body: wrongIds(answer.body.toString("utf8"), fault.ids) };
  }
  if (fault?.type === "change") {
    return { ...answer, body: Buffer.from(JSON.stringify(fault.change(parse(answer.body)))) };
  }
  if (fault?.type !== "link") return answer;
  const next = fault.next === "itself" ? url : fault.next;
  const others = answer.headers.filter(([name]) => name !== "link");
  return { ...answer, headers: [...others, ["link", `<${next}>; rel="next"`]] };
}

function parse(body: Buffer): unknown {
  return body.length === 0 ? undefined : JSON.parse(body.toString("utf8"));
}

function wrongIds(text: string, ids: "string" | "huge"): Buffer {
  const wrong = ids === "string" ? '"id":"$1"' : '"id":$1000000000000000000000';
  return Buffer.from(text.replace(/"id":(\d+)/g, wrong));
}

/** Sends it, as far as the fault lets it. */
export async function sendAnswer(
  response: ServerResponse,
  answer: WireAnswer,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.type === "slow") await wait(fault.milliseconds);
  if (fault?.type === "answer-lost") {
    response.destroy();
    return;
  }
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (fault?.type !== "truncated") {
    response.writeHead(answer.status).end(answer.body);
    return;
  }
  const part = answer.body.subarray(0, fault.keep ?? Math.floor(answer.body.length / 2));
  const length = fault.cleanly === true ? part.length : answer.body.length;
  response.writeHead(answer.status, { "content-length": length });
  if (fault.cleanly === true) response.end(part);
  else response.write(part, () => response.destroy());
}
