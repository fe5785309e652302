import { expect, it } from "vitest";
import type { AcceptedEvent, GateMark, LedgerEvent } from "../../../src/domain/ledger/event.ts";
import type { MemoryHost } from "../../support/memory-host.ts";
import type { RegistrySpec } from "../reconcile/world.ts";
import { PromotionWorld } from "./promotion-world.ts";

/** `accepted prod models/a 2`: the least that tells events apart. */
function inShort(event: LedgerEvent): readonly string[] {
  switch (event.type) {
    case "accepted":
      return [`${nameOf(event.cause)} ${event.stage} ${event.asset} ${event.version}`];
    case "withdrawn":
      return [`withdrawn ${event.stage} ${event.asset} ${event.version}`];
    case "waiting":
    case "blocked":
      return event.moves.map(({ stage, asset, version = "none" }) =>
        [event.type, stage, asset, version].join(" "),
      );
    case "published":
    case "deprecated":
      return [`${event.type} ${event.asset} ${event.version}`];
    case "incident":
      return [`incident ${event.kind}`];
    case "resolved":
      return [`resolved ${event.incident.replace(/\/.*$/, "")} ${event.how}`];
    case "adopted":
    case "policy-accepted":
      return [event.type];
  }
}

function nameOf(cause: AcceptedEvent["cause"]): string {
  return cause === "rollback" ? "rolled back" : "accepted";
}

/** Everything that an event says to people, of gates as `[soak failed] …`. */
function wordsOf(event: LedgerEvent): readonly string[] {
  const ofGates = (gates: readonly GateMark[] = []): readonly string[] =>
    gates.map(({ gate, outcome, reason }) => `[${gate} ${outcome}] ${reason}`);
  if (event.type === "accepted" || event.type === "withdrawn") return ofGates(event.gates);
  if (event.type === "waiting" || event.type === "blocked") {
    return event.moves.flatMap(({ gates }) => ofGates(gates));
  }
  if (event.type === "incident") return [event.message];
  return "reason" in event && event.reason !== undefined ? [event.reason] : [];
}

export interface Row {
  readonly name: string;
  /** What the host knows besides; none where it is no server. */
  readonly host?: MemoryHost;
  /** What the registry is adopted with, beside `start`. */
  readonly spec?: Partial<RegistrySpec>;
  /** Everything that happens before the look that is judged. */
  readonly act: (world: PromotionWorld) => Promise<void>;
  /** Of that look, in short. */
  readonly events: readonly string[];
  /** What prod runs of `models/a` afterwards. */
  readonly runs: string | undefined;
  /** In one of the reasons of those events. */
  readonly says?: string | readonly string[];
}

interface Told {
  readonly world: PromotionWorld;
  readonly runs: string | undefined;
}

/** Plays a row: what the ledger says and why; and that it stays so. */
export async function expectRow({ host, spec, act, events, says = [] }: Row): Promise<Told> {
  const world = await PromotionWorld.open(spec, host);
  await act(world);
  await world.news();
  await world.settle();
  const news = await world.news();
  const words = news.flatMap(wordsOf).join("\n");
  expect(news.flatMap(inShort)).toEqual(events);
  for (const word of [says].flat()) expect(words).toContain(word);
  return { world, runs: await world.runs("prod") };
}

/** A test for each of these cases. */
export function playEach<Case>(toRow: (row: Case) => Row, cases: readonly NoInfer<Case>[]): void {
  it.each(cases.map(toRow))("$name", async (row) => {
    const { runs } = await expectRow(row);
    expect(runs).toBe(row.runs);
  });
}
