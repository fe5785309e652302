import type { PolicyExplainReport, PolicyTestReport } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { shortDigest } from "./asset.ts";
import { joinBlocks } from "./check.ts";
import { renderMark } from "./marks.ts";
import { renderMoment } from "./time.ts";
import type { View } from "./view.ts";

type PolicyStage = PolicyExplainReport["stages"][number];
type PolicyRule = PolicyStage["rules"][number];
type PolicyTest = PolicyTestReport["tests"][number];

/** The policy in force: stage by stage what it asks for, and where that is written. */
export function renderPolicy(report: PolicyExplainReport, { paint, now }: View): string {
  const { digest, commit, since, differs, owners, emptyTeams, stages } = report;
  const changed = "The branch has another policy. It counts once an owner has accepted it.";
  const head = [
    `${paint("bold", "Policy in force")} ${shortDigest(digest)}, from ${clean(commit).slice(0, 10)}, since ${clean(renderMoment(since, now))}`,
    `owners: ${owners.length === 0 ? "nobody" : owners.map(clean).join(", ")}`,
    ...emptyTeams.map((team) => paint("yellow", clean(team))),
    ...(differs ? [paint("yellow", changed)] : []),
  ].join("\n");
  return joinBlocks([head, ...stages.map((stage) => renderStage(stage, paint))]);
}

function renderStage({ stage, follows, rules }: PolicyStage, paint: Paint): string {
  const title = paint("bold", clean(stage));
  const head = follows ? `${title}  takes every new version` : title;
  if (rules.length > 0) {
    return [head, ...rules.map((rule) => renderRule(rule, paint))].join("\n");
  }
  return follows ? head : `${head}  ${paint("yellow", "no rule: nothing is accepted")}`;
}

function renderRule({ assets, gates, rollback, path, line }: PolicyRule, paint: Paint): string {
  return [
    `  ${assets.map(clean).join(", ")}  ${paint("dim", placeOf(path, line))}`,
    ...(gates.length === 0 ? ["    no gate"] : gates.map((gate) => `    ${clean(gate)}`)),
    `    ${paint("dim", "rollback:")} ${clean(rollback)}`,
  ].join("\n");
}

/** A line for each test, what went wrong under it, the count last. */
export function renderPolicyTests({ tests }: PolicyTestReport, paint: Paint): string {
  if (tests.length === 0) return "There is no policy test.";
  const failed = tests.filter(({ outcome }) => outcome === "failed").length;
  const counts = [
    ...(tests.length > failed ? [paint("green", `${tests.length - failed} passed`)] : []),
    ...(failed > 0 ? [paint("red", `${failed} failed`)] : []),
  ];
  return joinBlocks([
    tests.map((test) => renderTest(test, paint)).join("\n"),
    `${counts.join(", ")}.`,
  ]);
}

function renderTest({ name, outcome, path, line, message }: PolicyTest, paint: Paint): string {
  const head = `${renderMark(outcome, paint)} ${clean(name)}`;
  if (outcome === "passed") return head;
  return `${head}  ${paint("dim", placeOf(path, line))}\n    ${clean(message)}`;
}

function placeOf(path: string, line: number | undefined): string {
  return line === undefined ? clean(path) : `${clean(path)}:${line}`;
}
