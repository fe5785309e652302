import { describe, expect, it } from "vitest";
import { commandNames, loadCommands } from "../../src/cli/command-table.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { cairn } from "./harness.ts";

const emptyPage = { items: [], next: undefined };

describe("run", () => {
  it.each([
    { name: "no words", argv: [], code: 0, out: "Usage: cairn <command>" },
    { name: "--help", argv: ["--help"], code: 0, out: "Consume:" },
    { name: "help of a command", argv: ["which", "--help"], code: 0, out: "cairn which prod" },
    { name: "the word help", argv: ["help", "plan"], code: 0, out: "Usage: cairn plan" },
    { name: "a family alone", argv: ["incident"], code: 0, out: "resolve" },
    { name: "--version", argv: ["--version"], code: 0, out: "0.1.0" },
  ])("answers $name", async ({ argv, code, out }) => {
    const outcome = await cairn(argv);

    expect(outcome).toMatchObject({ code, err: "" });
    expect(outcome.out).toContain(out);
  });

  it("leaves the hidden commands out of the overview", async () => {
    const { out } = await cairn(["--help"]);

    expect(out).not.toMatch(/^ {2}start\b/m);
  });

  it.each([
    { name: "a slip of the finger", argv: ["statsu"], err: 'Did you mean "cairn status"?' },
    { name: "a slip in a family", argv: ["incident", "lst"], err: '"cairn incident list"' },
    { name: "nothing like a command", argv: ["quux"], err: 'Run "cairn --help"' },
    { name: "an unknown option", argv: ["plan", "--jsn"], err: "(Did you mean --json?)" },
    { name: "a missing argument", argv: ["which"], err: "STAGE" },
    { name: "too many arguments", argv: ["plan", "now"], err: "Too many arguments" },
    { name: "a number out of range", argv: ["list", "--limit", "0"], err: "from 1 to 1000" },
    { name: "a kind that is none", argv: ["list", "--kind", "job"], err: "model, environment" },
    { name: "a date that is none", argv: ["which", "prod", "--at", "June"], err: "2025-03-01" },
    { name: "pull from nowhere", argv: ["pull", "models/a@1", "--to", "x"], err: "--store URL" },
    { name: "pull to nowhere", argv: ["pull", "a", "--store", "file:///s"], err: "--to DIR" },
    { name: "an end not said", argv: ["incident", "resolve", "x"], err: "--acknowledge" },
    { name: "a port that is none", argv: ["serve", "--port", "70000"], err: "0 to 65535" },
  ])("refuses $name with what to do", async ({ argv, err }) => {
    const outcome = await cairn(argv);

    expect(outcome).toMatchObject({ code: 2, out: "" });
    expect(outcome.err).toContain(err);
  });

  it("takes global options on both sides of the command, then the environment", async () => {
    const env = { CAIRN_REGISTRY: "/env", CAIRN_DATA: "/data", CAIRN_STORES: "" };
    const argv = ["--registry", "list", "list", "--stores", "s", "--config=c.yaml", "--json"];
    const { code, opened } = await cairn(argv, { app: { list: async () => emptyPage }, env });

    expect(code).toBe(0);
    expect(opened).toMatchObject([
      { registry: "list", data: "/data", stores: "s", config: "c.yaml", cwd: "/home/ann" },
    ]);
  });

  it("leaves out what was not given", async () => {
    const { opened } = await cairn(["list"], { app: { list: async () => emptyPage } });

    expect(Object.keys(opened[0] ?? {}).sort()).toEqual(["cwd", "env", "log"]);
  });

  it("shows an error as message, hint and code, redacted, and never as an exception", async () => {
    const list = async () => {
      throw new CairnError({
        code: "GIT_REMOTE_DENIED",
        kind: "denied",
        message: "https://ann:s3cret@git.example/ml.git said no.\u001B]0;title",
        hint: "Check the credentials.",
      });
    };
    const { code, err } = await cairn(["list"], { app: { list } });

    expect(code).toBe(3);
    expect(err).toMatchInlineSnapshot(`
      "error: https://***@git.example/ml.git said no.�]0;title [GIT_REMOTE_DENIED]
      hint: Check the credentials.
      "
    `);
  });

  it("gives a program the error as JSON too", async () => {
    const list = async () => {
      throw new CairnError({ code: "X_INVALID", kind: "invalid", message: "No." });
    };
    const { code, out } = await cairn(["list", "--json"], { app: { list } });

    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      error: { code: "X_INVALID", kind: "invalid", message: "No." },
    });
  });

  it("closes the app, also after a failure", async () => {
    let closed = 0;
    const close = async () => {
      closed += 1;
    };
    const status = async () => {
      throw new Error("unexpected");
    };
    const { code, err } = await cairn(["status"], { app: { status, close } });

    expect({ code, closed }).toEqual({ code: 3, closed: 1 });
    expect(err).toContain("[INTERNAL]");
  });

  it("hands a signal on, and says that it stopped", async () => {
    const apply = async ({ signal }: { signal?: AbortSignal } = {}) => {
      signal?.throwIfAborted();
      throw new Error("The signal did not arrive.");
    };
    const { code, err } = await cairn(["apply"], { app: { apply }, onSignal: (stop) => stop() });

    expect(code).toBe(3);
    expect(err).toContain("[CLI_INTERRUPTED]");
  });

  it.each([
    { name: "a terminal", isTTY: true, env: {}, colored: true },
    { name: "a pipe", isTTY: false, env: {}, colored: false },
    { name: "NO_COLOR", isTTY: true, env: { NO_COLOR: "1", FORCE_COLOR: "1" }, colored: false },
    { name: "FORCE_COLOR", isTTY: false, env: { FORCE_COLOR: "1" }, colored: true },
    { name: "a dumb terminal", isTTY: true, env: { TERM: "dumb" }, colored: false },
  ])("colours for $name: $colored", async ({ isTTY, env, colored }) => {
    const { err } = await cairn(["quux"], { isTTY, env });

    expect(err.includes("\u001B[31m")).toBe(colored);
  });

  it("has no colours with --no-color", async () => {
    const { err } = await cairn(["quux", "--no-color"], { isTTY: true });

    expect(err).not.toContain("\u001B");
  });
});

describe("the command table", () => {
  it("names every command as its file says", async () => {
    const commands = await loadCommands(commandNames);

    expect(commands.map(({ name }) => name)).toEqual(commandNames);
  });

  it("tells of each what it does, in a sentence", async () => {
    for (const { summary, examples, hidden } of await loadCommands(commandNames)) {
      expect(summary).toMatch(/^[A-Z].*\.$/);
      expect(examples.length > 0 || hidden).toBe(true);
    }
  });
});
