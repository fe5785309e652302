import type { Progress } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderSize } from "./size.ts";

const barWidth = 24;

/** `deliver prod  ━━━━━────  42 %  12/40  3.1 MiB of 7.4 MiB`; without room for it, no bar. */
export function renderProgress(progress: Progress, width: number, paint: Paint): string {
  const { doneBytes, totalBytes, done, total } = progress;
  const share = totalBytes > 0 ? doneBytes / totalBytes : total > 0 ? done / total : 0;
  const bounded = Math.min(1, Math.max(0, share));
  const percent = `${Math.floor(bounded * 100)} %`;
  const sizes = totalBytes > 0 ? `  ${renderSize(doneBytes)} of ${renderSize(totalBytes)}` : "";
  const step = clean(progress.step);
  const counts = `${percent}  ${done}/${total}${sizes}`;
  if (width < step.length + counts.length + barWidth + 4) {
    return width > 0 ? `${step}  ${counts}`.slice(0, width) : `${step}  ${counts}`;
  }
  const filled = Math.round(bounded * barWidth);
  const bar = `${paint("green", "━".repeat(filled))}${paint("dim", "─".repeat(barWidth - filled))}`;
  return `${step}  ${bar}  ${counts}`;
}
