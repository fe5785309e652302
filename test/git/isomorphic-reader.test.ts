import { IsomorphicGitReader } from "../../src/git/drivers/isomorphic/reader.ts";
import { describeGitReader } from "./reader.contract.ts";

describeGitReader("IsomorphicGitReader", async (directory) =>
  IsomorphicGitReader.open({ directory }),
);
