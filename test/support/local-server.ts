import type { Server } from "node:http";
import { onTestFinished } from "vitest";
import { listenLocally } from "./listen-locally.ts";

/** Listens on a free port of this machine until the test ends; answers the URL. */
export async function listenForTest(server: Server): Promise<string> {
  const url = await listenLocally(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return url;
}
