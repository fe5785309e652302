import type { Rule } from "./rule.ts";

export const metadataLicense: Rule = {
  id: "metadata-license",
  severity: "warning",
  states: "A licence is an SPDX expression of known identifiers.",

  *check({ registry }) {
    for (const { metadata } of registry.assets) {
      const license = metadata?.document.value["license"];
      if (metadata === undefined || typeof license !== "string") continue;
      const unknown = unknownLicense(license);
      if (unknown === undefined) continue;
      yield {
        message: `"${unknown}" is no SPDX identifier that Cairn knows: see spdx.org/licenses, or write LicenseRef-<name>.`,
        at: metadata.document.placeOf(["license"]),
      };
    }
  },
};

/** The licences that models, data and code are published under, in lower case. */
const knownLicenses = new Set(
  [
    "0BSD AFL-3.0 AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 Artistic-2.0",
    "BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-Clear",
    "BSD-4-Clause BSL-1.0 BUSL-1.1 C-UDA-1.0 CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0",
    "CC-BY-NC-2.0 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0 CC-BY-ND-3.0 CC-BY-ND-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-PDDC CC0-1.0",
    "CDDL-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0 CECILL-2.1 ECL-2.0",
    "Elastic-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 GFDL-1.3-only GPL-2.0 GPL-2.0-only",
    "GPL-2.0-or-later GPL-3.0 GPL-3.0-only GPL-3.0-or-later HPND ISC LGPL-2.1 LGPL-2.1-only",
    "LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-1.1 MPL-2.0 MS-PL",
    "MS-RL MulanPSL-2.0 NCSA O-UDA-1.0 ODbL-1.0 ODC-By-1.0 OFL-1.1 OGL-UK-3.0 OSL-3.0 PDDL-1.0",
    "PostgreSQL PSF-2.0 Python-2.0 RAIL-1.0 SSPL-1.0 Unlicense UPL-1.0 Vim W3C WTFPL X11 Zlib ZPL-2.1",
  ]
    .join(" ")
    .toLowerCase()
    .split(" "),
);

function unknownLicense(expression: string): string | undefined {
  // What follows WITH is an exception, of which there are too many to list.
  const words = expression.replaceAll(/\bWITH\s+[A-Za-z0-9.-]{1,100}/g, " ").split(/[\s()]+/);
  return words.find((word) => {
    if (word === "" || word === "AND" || word === "OR") return false;
    if (/^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/.test(word)) return false;
    return !knownLicenses.has(word.toLowerCase().replace(/\+$/, ""));
  });
}
