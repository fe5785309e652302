import { NativeGitReader } from "../../src/git/drivers/native/reader.ts";
import { describeGitReader } from "./reader.contract.ts";

describeGitReader("NativeGitReader", async (directory) =>
  NativeGitReader.open({ directory, environment: process.env }),
);
