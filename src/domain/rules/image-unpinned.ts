import { redact } from "../../shared/redact.ts";
import { baseImages } from "../dockerfile.ts";
import { writtenEnvironments } from "../environments.ts";
import { dockerfiles } from "../supporting-texts.ts";
import type { Rule } from "./rule.ts";

export const imageUnpinned: Rule = {
  id: "image-unpinned",
  severity: "warning",
  states: "An image has a tag other than latest, or a digest.",

  *check({ registry }) {
    for (const { document, pointer, value } of writtenEnvironments(registry)) {
      const { image } = value;
      const message = typeof image === "string" ? problemOf(image) : undefined;
      if (message !== undefined) yield { message, at: document.placeOf([...pointer, "image"]) };
    }
    for (const { path, instructions } of dockerfiles(registry)) {
      for (const { image, line } of baseImages(instructions)) {
        const message = image === undefined ? undefined : problemOf(image);
        if (message !== undefined) yield { message, at: { path, line, column: 1 } };
      }
    }
  },
};

function problemOf(image: string): string | undefined {
  // Templates, and references where an address belongs: the schema has its say about those.
  if (!/^[\w][\w.:/@+-]{0,1000}$/.test(image) || /^azureml:/i.test(image)) return undefined;
  if (image.includes("@")) return undefined;
  const tag = /:([^/:]*)$/.exec(image)?.[1];
  if (tag !== undefined && tag !== "latest") return undefined;
  const what = tag === undefined ? "no tag" : 'the tag "latest"';
  const shown = redact(image.slice(0, 200));
  return `The image ${shown} has ${what}, and may be another one tomorrow: name a version or a digest.`;
}
