import type { PlannedDelivery } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderCount, renderSize } from "./size.ts";

/** What each workspace would get, the total first: it says what the transfer costs. */
export function renderDeliveries(deliveries: readonly PlannedDelivery[], paint: Paint): string {
  const groups = new Map<string, PlannedDelivery[]>();
  for (const delivery of deliveries) {
    const { workspace, stage, region } = delivery;
    const title = `${paint("bold", `Deliver to ${clean(workspace)}`)} (${clean(stage)}, ${clean(region)})`;
    const group = groups.get(title) ?? [];
    group.push(delivery);
    groups.set(title, group);
  }
  return [...groups].map(([title, group]) => renderGroup(title, group, paint)).join("\n\n");
}

function renderGroup(title: string, group: readonly PlannedDelivery[], paint: Paint): string {
  const total = {
    files: group.reduce((sum, { files }) => sum + files, 0),
    sizeBytes: group.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
  const lines = group.map((delivery) => {
    const what = `${clean(delivery.asset)}@${clean(delivery.version)}`;
    return `  ${paint("cyan", "→")} ${what}  ${renderExtent(delivery)}`;
  });
  return [`${title}: ${renderExtent(total)}`, ...lines].join("\n");
}

/** `3 files, 4.2 KiB`. */
export function renderExtent({
  files,
  sizeBytes,
}: {
  readonly files: number;
  readonly sizeBytes: number;
}): string {
  return `${renderCount(files, "file")}, ${renderSize(sizeBytes)}`;
}
