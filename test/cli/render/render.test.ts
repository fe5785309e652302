import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { paintAnsi, paintPlain } from "../../../src/cli/ansi.ts";
import { nearestWord } from "../../../src/cli/nearest.ts";
import { renderProgress } from "../../../src/cli/render/progress.ts";
import { renderSize } from "../../../src/cli/render/size.ts";
import { renderStatus } from "../../../src/cli/render/status.ts";
import { renderTable } from "../../../src/cli/render/table.ts";
import { renderAgo } from "../../../src/cli/render/time.ts";
import { createTerminal } from "../../../src/cli/terminal.ts";

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [3_250_586, "3.1 MiB"],
  [1_048_575, "1.0 MiB"],
  [333_000_000_000, "310 GiB"],
  [2 ** 60, "1048576 TiB"],
])("%i bytes are %s", (sizeBytes, text) => {
  expect(renderSize(sizeBytes)).toBe(text);
});

it.each([
  ["2025-01-01T12:00:00Z", "just now"],
  ["2025-01-01T12:00:02Z", "in a moment"],
  ["2025-01-01T11:59:10Z", "50 s ago"],
  ["2025-01-01T11:00:00Z", "1 h ago"],
  ["2024-12-20T12:00:00Z", "12 d ago"],
  ["2022-01-01T12:00:00Z", "3 y ago"],
  ["2025-01-04T13:00:00Z", "in 3 d"],
  ["yesterday", "yesterday"],
])("%s is %s", (iso, text) => {
  expect(renderAgo(iso, new Date("2025-01-01T12:00:00Z"))).toBe(text);
});

it.each([
  ["statu", "status"],
  ["vlaidate", "validate"],
  ["hist", "history"],
  ["zzz", undefined],
  ["", undefined],
])("%j is nearest to %s", (word, nearest) => {
  expect(nearestWord(word, ["status", "validate", "history"])).toBe(nearest);
});

describe("renderTable", () => {
  const columns = [{ title: "name" }, { title: "n", align: "right" as const }, { title: "what" }];

  it("lines up cells, styles not counted", () => {
    const rows = [
      [paintAnsi("green", "a"), "1", "first"],
      ["long-name", "100", "second"],
    ];
    const plain = stripVTControlCharacters(renderTable(columns, rows));

    expect(plain).toBe(
      ["NAME         N  WHAT", "a            1  first", "long-name  100  second"].join("\n"),
    );
  });

  it("cuts the widest column to fit, and closes the style it cut", () => {
    const rows = [["a", "1", paintAnsi("red", "a very long explanation")]];
    const [, row = ""] = renderTable(columns, rows, { width: 24 }).split("\n");

    expect(row).toBe("a     1  \u001B[31ma very long ex…\u001B[39m");
  });
});

it("renders the status on one screen", () => {
  const text = renderStatus(
    {
      registry: "contoso-ml",
      url: "/srv/contoso.git",
      branch: "main",
      head: "c0ffee0123456789",
      processed: "c0ffee0123456789",
      ledger: "1234567890abcdef",
      adopted: true,
      assets: 9,
      versions: 12,
      openIncidents: 1,
      workspaces: [
        {
          workspace: "dev",
          stage: "dev",
          region: "eastus",
          store: "file:dev",
          versions: 9,
          sizeBytes: 3_250_586,
          missing: 0,
          syncedAt: "2025-01-01T11:59:00Z",
        },
        {
          workspace: "prod-eu",
          stage: "prod",
          region: "westeurope",
          store: "file:prod-eu",
          versions: 0,
          sizeBytes: 0,
          missing: 4,
          syncedAt: undefined,
          error: { code: "STORE_READ_ONLY", message: "The store cannot be written." },
        },
      ],
      pending: [
        {
          asset: "models/taxi-fare",
          stage: "prod",
          runs: "1",
          wanted: "2",
          outcome: "waiting",
          until: "2025-01-02T03:00:00Z",
          reason: "24 hours in test.",
        },
      ],
      conditions: [
        { type: "Ready", status: "False", reason: "SyncFailed", message: "prod-eu is behind." },
      ],
      findings: [],
    },
    { paint: paintPlain, width: 120, now: new Date("2025-01-01T12:00:00Z") },
  );

  expect(text).toMatchInlineSnapshot(`
    "contoso-ml  /srv/contoso.git
    main at c0ffee0123, all processed, ledger at 1234567890
    9 assets, 12 versions, 1 open incident

    ○ Ready False SyncFailed  prod-eu is behind.

    Waiting
      … models/taxi-fare  prod  1 → 2  24 hours in test.  until 2025-01-02 03:00 UTC

    WORKSPACE  STAGE  REGION      VERSIONS     SIZE  MISSING  SYNCED     STORE
    dev        dev    eastus             9  3.1 MiB        0  1 min ago  file:dev
    prod-eu    prod   westeurope         0      0 B        4  never      file:prod-eu

    prod-eu
      error: The store cannot be written. [STORE_READ_ONLY]"
  `);
});

describe("progress", () => {
  const half = { step: "deliver dev", done: 1, total: 2, doneBytes: 512, totalBytes: 1024 };

  it("is a bar where there is room, else counts", () => {
    expect(renderProgress(half, 80, paintPlain)).toBe(
      "deliver dev  ━━━━━━━━━━━━────────────  50 %  1/2  512 B of 1.0 KiB",
    );
    expect(renderProgress(half, 0, paintPlain)).toBe("deliver dev  50 %  1/2  512 B of 1.0 KiB");
  });

  it.each([
    { name: "a terminal", isTTY: true, shown: /^\r\^\[2Kdeliver dev [^^]*\r\^\[2K$/ },
    { name: "a pipe", isTTY: false, shown: /^deliver dev {2}50 % {2}1\/2 {2}512 B of 1.0 KiB\n$/ },
  ])("says nothing in the first second on $name, and wipes what it drew", ({ isTTY, shown }) => {
    let nowMs = 0;
    let text = "";
    const stream = { write: (part: string) => (text += part), isTTY, columns: 80 };
    const clock = { now: () => new Date(0), monotonicMs: () => nowMs };
    const terminal = createTerminal({
      stdout: stream,
      stderr: stream,
      env: {},
      noColor: true,
      clock,
    });
    const progress = terminal.startProgress();
    nowMs = 900;
    progress.onProgress(half);
    expect(text).toBe("");
    nowMs = 1100;
    progress.onProgress(half);
    nowMs = 1150;
    progress.onProgress(half);
    progress.end();

    expect(text.replaceAll("\u001B", "^")).toMatch(shown);
  });
});
