import { describe, expect, it } from "vitest";
import type { HeadMove, ForcePush } from "../../src/forge/drivers/github/head-history.ts";
import { movesUpTo, pushesOf } from "../../src/forge/drivers/github/head-history.ts";
import { seenCommit } from "../../src/forge/drivers/github/seen-commit.ts";

/** `a` of the tables as a commit. */
const id = (letter: string): string => letter.repeat(40);
const optional = (letter: string | undefined) => (letter === undefined ? undefined : id(letter));
const at = (second: number): string => new Date(1_800_000_000_000 + second * 1000).toISOString();
const by = { login: "ann" };

/** `10 a>b` is a push at second 10, `10 a!b` one by force; `-` stands for no branch. */
function toMoves(text: string): readonly HeadMove[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, second = "", before = "", kind = "", after = ""] =
        /^(\d+) (.)([>!])(.)$/.exec(part) ?? [];
      const commit = (letter: string) => (letter === "-" ? undefined : id(letter));
      return {
        at: at(Number(second)),
        before: commit(before),
        after: commit(after),
        by,
        isForced: kind === "!",
      };
    });
}

function toForced(text: string): readonly ForcePush[] {
  return toMoves(text.replaceAll("?", "-")).map(({ before, after, at, by }) => ({
    before,
    after,
    at,
    by,
  }));
}

describe("the commit that a review saw", () => {
  const head = (moves: readonly HeadMove[]) => moves.at(-1)?.after;

  it.each([
    ["nothing happened since", "1 ->a", "a", 10, "a"],
    ["a push came later", "1 ->a, 20 a>b", "a", 10, "a"],
    ["it is of an older head", "1 ->a, 5 a>b", "a", 10, "a"],
    ["it is of a commit in between", "1 ->c", "a", 10, "a"],
    ["a force-push kept the change", "1 ->a, 20 a!b", "b", 10, "a"],
    ["a force-push did not keep it", "1 ->a, 20 a!b", "a", 10, "a"],
    ["two force-pushes, bound to the last", "1 ->a, 20 a!b, 30 b!c", "c", 10, "a"],
    ["two force-pushes, bound to the first", "1 ->a, 20 a!b, 30 b!c", "b", 10, "a"],
    ["two force-pushes, given between", "1 ->a, 20 a!b, 30 b!c", "c", 25, "b"],
    ["a push between: it was not seen", "1 ->a, 20 a>b, 30 b!c", "c", 10, "a"],
    ["a push between that is undone by force", "1 ->a, 20 a>b, 30 b!a", "a", 10, "a"],
    ["the push between was what was seen", "1 ->a, 5 a>b, 30 b!a", "a", 10, "b"],
    ["a push after the force-push", "1 ->a, 20 a!b, 30 b>c", "b", 10, "a"],
    ["a later head by a plain push", "1 ->a, 20 a>b", "b", 10, "a"],
    ["pushed in the same second", "1 ->a, 10 a>b", "b", 10, "b"],
    ["the older one of the same second", "1 ->a, 10 a>b", "a", 10, "a"],
    ["forced in the same second: in doubt", "1 ->a, 10 a!b", "b", 10, undefined],
    ["forced in the same second, of the older", "1 ->a, 10 a!b", "a", 10, "a"],
    ["two moves in the same second, then force", "1 ->a, 10 a>b, 20 b!c", "c", 10, undefined],
    ["opened in the same second", "10 ->a", "a", 10, "a"],
    ["opened in the same second, then forced", "10 ->a, 20 a!b", "b", 10, "a"],
    ["the branch was gone for a while", "1 ->a, 5 a>-, 20 -!b", "b", 10, "a"],
    ["the branch was gone and came back as it was", "1 ->a, 5 a>-, 20 ->a", "a", 10, "a"],
    ["it names a head from before it was pushed", "10 ->a, 30 a>b", "b", 12, "a"],
  ])("where all moves are known: %s", (...[, text, commit, second, expected]) => {
    const moves = toMoves(text);
    const history = { openedAt: at(1), moves, forced: [], wasReopened: false };
    expect(movesUpTo({ head: head(moves) ?? "", ...ends }, moves)).toEqual(moves);
    expect(seenCommit({ commit: id(commit), at: at(second) }, history)).toBe(optional(expected));
  });

  const ends = { openedAt: at(1), endedAt: undefined };

  it.each([
    ["nobody forced anything", "", "a", 10, "a"],
    ["forced before", "5 a!b", "b", 10, "b"],
    ["forced later, given anew", "20 a!b", "b", 10, undefined],
    ["forced later, not given anew", "20 a!b", "a", 10, "a"],
    ["forced later, of a commit that nobody dates", "20 a!b", "c", 10, undefined],
    ["forced later, of an older known head", "5 a!b, 20 c!d", "b", 10, "b"],
    ["forced twice in a row, given between", "5 a!b, 20 b!c", "c", 10, "b"],
    ["forced twice, pushed between", "5 a!b, 20 c!d", "d", 10, undefined],
    ["forced twice, the second at once", "5 a!b, 10 b!c", "c", 10, undefined],
    ["forced from and to who knows where", "20 ?!?", "a", 10, undefined],
    ["forced to who knows where", "20 a!?", "a", 10, undefined],
    ["forced away and back", "20 a!b, 30 b!a", "a", 10, undefined],
  ])("where only force-pushes are known: %s", (...[, text, commit, second, expected]) => {
    const history = { openedAt: at(1), moves: [], forced: toForced(text), wasReopened: false };
    expect(seenCommit({ commit: id(commit), at: at(second) }, history)).toBe(optional(expected));
  });

  it.each([
    ["became the head after the review", "20 b>c", "c", 10, undefined],
    ["was the head when the known moves began", "20 b>c", "b", 10, "b"],
    ["was given when all is known", "20 b>c", "b", 22, "b"],
    ["was given anew when all is known", "20 b>c, 30 c!d", "d", 22, "c"],
  ])("where only the newest moves are known: it %s", (...[, text, commit, second, expected]) => {
    const moves = toMoves(text);
    const forced = moves.filter(({ isForced }) => isForced);
    const history = { openedAt: at(1), moves, forced, wasReopened: false };
    expect(seenCommit({ commit: id(commit), at: at(second) }, history)).toBe(optional(expected));
  });

  it("is in doubt when the branch may have moved without its pull request", () => {
    const moves = toMoves("1 ->a, 20 a!b");
    const history = { openedAt: at(1), moves, forced: [], wasReopened: true };
    expect(seenCommit({ commit: id("b"), at: at(10) }, history)).toBeUndefined();
    expect(seenCommit({ commit: id("a"), at: at(10) }, history)).toBe(id("a"));
  });

  it("is none when GitHub names none, or the review is older than what is reviewed", () => {
    const history = { openedAt: at(1), moves: toMoves("1 ->a"), forced: [], wasReopened: false };
    expect(seenCommit({ commit: undefined, at: at(10) }, history)).toBeUndefined();
    expect(seenCommit({ commit: id("a"), at: at(0) }, history)).toBeUndefined();
  });
});

describe("the moves up to a head", () => {
  it.each([
    ["all of them", "1 ->a, 2 a>b", "b", undefined, "1 ->a, 2 a>b"],
    ["what follows a gap", "1 ->a, 2 b>c, 3 c>d", "d", undefined, "2 b>c, 3 c>d"],
    ["none of an open one whose activity is late", "1 ->a", "b", undefined, ""],
    ["none of an open one that was moved meanwhile", "1 ->a, 2 a>b", "a", undefined, ""],
    ["none after the end", "1 ->a, 9 a>b", "a", 5, "1 ->a"],
    ["none that took the branch away at the end", "1 ->a, 5 a>-", "a", 5, "1 ->a"],
    ["none without activity", "", "a", undefined, ""],
    ["none that were of another head", "1 ->b", "a", 5, ""],
  ])("are %s", (...[, text, head, ended, expected]) => {
    const endedAt = ended === undefined ? undefined : at(ended);
    const moves = movesUpTo({ head: id(head), openedAt: at(1), endedAt }, toMoves(text));
    expect(moves).toEqual(toMoves(expected));
  });
});

describe("the pushes of a pull request", () => {
  const pushes = (moves: string, forced: string, head: string) =>
    pushesOf(
      { head: id(head), openedAt: at(10), endedAt: undefined },
      toMoves(moves),
      toForced(forced),
    ).map(({ head: pushed, by: pusher }) => `${pushed[0]}${pusher === undefined ? "?" : ""}`);

  it.each([
    ["start with what it was opened with", "1 ->a, 5 a>b, 20 b>c", "", "c", ["b", "c"]],
    ["count what came in the second it was opened", "1 ->a, 10 a>b", "", "b", ["a", "b"]],
    ["leave out that the branch was gone", "1 ->a, 20 a>-, 30 ->b", "", "b", ["a", "b"]],
    ["start with nobody's when older ones are not told", "20 b>c", "", "c", ["b?", "c"]],
    ["are nobody's when nothing is told", "", "", "c", ["c?"]],
    ["are those by force when only these are told", "", "20 a!b", "b", ["a?", "b"]],
    ["end with nobody's when the last was plain", "", "20 a!b", "c", ["a?", "b", "c?"]],
    ["end with nobody's when a force-push tells nothing", "", "20 ?!?", "c", ["c?"]],
  ])("%s", (...[, moves, forced, head, expected]) => {
    expect(pushes(moves, forced, head)).toEqual(expected);
  });
});
