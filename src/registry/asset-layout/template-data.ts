import type { LayoutFile } from "./layout-file.ts";
import type { TemplateData } from "./templates.ts";
import { buildContext, dockerfileName } from "./extra-config.ts";

const hostnames: Readonly<Record<string, string>> = { mcr: "mcr.microsoft.com" };

/** Known only where the release is made. */
const releaseVariables = ["asset.version", "asset.repo.url", "asset.repo.commit_hash"];
const contextVariable = "asset.repo.build_context.path";
const imageVariables = [
  "image.name",
  "image.context.path",
  "image.dockerfile.path",
  "image.publish.hostname",
  contextVariable,
];

/** The variables of an asset, as `create_template_data` of Azure/azureml-assets makes them. */
export function templateData(
  type: string,
  name: string | undefined,
  extra: LayoutFile | undefined,
): TemplateData {
  const values = new Map<string, string>();
  const later = new Set(releaseVariables);
  if (name === undefined) later.add("asset.name");
  else values.set("asset.name", name);
  // Without its extra_config nothing is known about the image, and that is reported already.
  if (type === "environment" && extra === undefined)
    for (const each of imageVariables) later.add(each);
  if (type !== "environment" || extra === undefined) return { values, later };
  setText(values, "image.name", extra.text("image", "name"));
  const context = buildContext(extra);
  if (context === undefined) return { values, later };
  values.set("image.context.path", context.text);
  values.set("image.dockerfile.path", dockerfileName(extra));
  setText(
    values,
    "image.publish.hostname",
    hostnames[extra.text("image", "publish", "location") ?? ""],
  );
  later.add(contextVariable);
  return { values, later };
}

function setText(values: Map<string, string>, key: string, text: string | undefined): void {
  if (text !== undefined) values.set(key, text);
}
