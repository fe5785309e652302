/** The commands of a shell line, each as its words; quotes are taken off. Linear. */
export function shellCommands(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  const pattern =
    /"([^"\\]*(?:\\.[^"\\]*)*)"|'([^']*)'|(&&|\|\||[;|&\n()])|([ \t\r]+)|\\(.)|([^\s"'\\;|&()]+|["'\\])/gs;
  for (const match of script.matchAll(pattern)) {
    const [, double, single, separator, space, escaped, plain] = match;
    if (separator !== undefined) {
      endWord();
      commands.push([]);
    } else if (space !== undefined) endWord();
    else word = (word ?? "") + (double ?? single ?? escaped ?? plain ?? "");
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}
