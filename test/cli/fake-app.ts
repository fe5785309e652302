import type { App } from "../../src/usecases/app.ts";

/** An app of a few answers; asking it anything else fails the test. */
export function appWith(answers: Partial<App>): App {
  const app: Record<string, unknown> = { close: async () => undefined, ...answers };
  return new Proxy(app, {
    get(target, name) {
      if (typeof name === "symbol" || name === "then" || name in target) {
        return Reflect.get(target, name) as unknown;
      }
      throw new Error(`The test's app has no ${name}.`);
    },
  }) as unknown as App;
}
