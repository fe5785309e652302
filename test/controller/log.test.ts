import { describe, expect, it } from "vitest";
import { createServeLog } from "../../src/controller/log.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { redact } from "../../src/shared/redact.ts";

function logTo(isTTY: boolean) {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text), isTTY };
  return { lines, log: createServeLog({ stream, color: false, verbose: false }) };
}

const hostile = 'x\n{"level":"info","message":"promotion approved"}\u001B]0;t\u0007\u2028y';

describe("createServeLog", () => {
  it("writes one JSON line per record, whatever is in it", () => {
    const { lines, log } = logTo(false);
    log.child({ registry: "contoso-ml" }).info({ author: hostile, level: "fatal" }, hostile);
    const [line = ""] = lines;

    expect(lines).toHaveLength(1);
    expect(line.split("\n")).toHaveLength(2);
    expect(redact(line)).toBe(line);
    expect(JSON.parse(line)).toMatchObject({
      level: "info",
      level_: "fatal",
      registry: "contoso-ml",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it("writes short lines on a terminal, one per record", () => {
    const { lines, log } = logTo(true);
    log.warn({ author: hostile }, "odd");
    const [line = ""] = lines;

    expect(lines).toHaveLength(1);
    expect(line).toMatch(/^\d\d:\d\d:\d\d warn {2}odd author=x \{.*\n$/);
    expect(redact(line)).toBe(line);
  });

  it.each([true, false])("hides secrets wherever they are (terminal: %s)", (isTTY) => {
    const { lines, log } = logTo(isTTY);
    const url = "https://ann:canary-7f@git.example/ml.git";
    const cause = new Error(`fetch ${url}`);
    const error = new CairnError({
      code: "GIT_DOWN",
      kind: "internal",
      message: url,
      hint: url,
      cause,
    });
    log.error({ error, deep: [{ url }], [url]: 1 }, `cannot fetch ${url}`);

    expect(lines.join("")).toContain("git.example");
    expect(lines.join("")).not.toContain("canary");
  });

  it("is silent about details unless asked", () => {
    const { lines, log } = logTo(false);
    log.debug({}, "detail");

    expect(lines).toEqual([]);
  });
});
