import { CairnError } from "../shared/errors.ts";

export function ledgerUnwritable(reason: string): CairnError {
  return new CairnError({
    code: "LEDGER_PUSH_REFUSED",
    kind: "denied",
    message: `The remote refused what Cairn wrote: ${reason}.`,
    hint: "Cairn needs to push to cairn-ledger and to tags below models/, environments/, components/ and data/.",
  });
}
