import type { VerifyReport } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderCount, renderSize } from "./size.ts";

type VerifiedWorkspace = VerifyReport["workspaces"][number];

/** One line per workspace, its problems below. */
export function renderVerification({ workspaces }: VerifyReport, paint: Paint): string {
  if (workspaces.length === 0) return "No workspace to verify.";
  return workspaces.map((item) => renderWorkspace(item, paint)).join("\n");
}

function renderWorkspace(item: VerifiedWorkspace, paint: Paint): string {
  const { workspace, versions, files, sizeBytes, problems } = item;
  const extent = `${renderCount(versions, "version")}, ${renderCount(files, "file")}, ${renderSize(sizeBytes)}`;
  const verdict =
    problems.length === 0
      ? paint("green", "intact")
      : paint("red", renderCount(problems.length, "problem"));
  const lines = problems.map(({ problem, key, message, repaired }) => {
    const sign = repaired ? paint("green", "repaired") : paint("red", problem);
    return `  ${sign} ${clean(key)}  ${clean(message)}`;
  });
  return [`${clean(workspace)}  ${verdict}  ${paint("dim", extent)}`, ...lines].join("\n");
}
