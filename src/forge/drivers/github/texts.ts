/** What GitHub takes for a text; longer ones are not GitHub's. */
const maxLength = 65_536;

export function cutText(text: string): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, maxLength);
  // Not in the middle of a character.
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** Whether one text is what became of another on its way: hosts change line ends and blanks at the end. */
export function isSameText(left: string, right: string): boolean {
  return plain(left) === plain(right);
}

function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").trimEnd();
}
