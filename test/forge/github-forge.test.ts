import { describeForge } from "./forge.contract.ts";
import { openGitHubHost } from "./github-forge-host.ts";

describeForge("GitHub", openGitHubHost);
