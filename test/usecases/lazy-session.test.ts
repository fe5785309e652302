import { expect, it } from "vitest";

import { LazySession } from "../../src/usecases/lazy-session.ts";
import type { RegistrySession } from "../../src/usecases/session.ts";

const session = {} as RegistrySession;

it("opens once", async () => {
  let opened = 0;
  const lazy = new LazySession(async () => {
    opened += 1;
    return session;
  });

  expect(await Promise.all([lazy.get(), lazy.get()])).toEqual([session, session]);
  expect(opened).toBe(1);
});

it("tries again after it could not be opened", async () => {
  const answers = [Promise.reject(new Error("down")), Promise.resolve(session)];
  const lazy = new LazySession(() => answers.shift() ?? Promise.resolve(session));

  await expect(lazy.get()).rejects.toThrow("down");
  expect(await lazy.get()).toBe(session);
});

it("ends an opening that hangs when its command is cancelled", async () => {
  const stop = new AbortController();
  const lazy = new LazySession(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("cancelled")));
      }),
  );
  const opening = lazy.get(stop.signal);
  stop.abort();

  await expect(opening).rejects.toThrow("cancelled");
  await lazy.close();
});
