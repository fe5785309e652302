import type { Finding } from "../../../src/domain/finding.ts";
import type { CheckDraft } from "../../../src/forge/host-services.ts";
import type { Cache } from "../../../src/usecases/ledger/cache.ts";
import type { ApplyReport } from "../../../src/usecases/app.ts";
import { apply } from "../../../src/usecases/operate/apply.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import type { Pause } from "../../support/memory-mirror.ts";
import { RecordingHost } from "../../support/recording-host.ts";
import { ServerForge } from "../../support/server-forge.ts";
import { PromotionWorld } from "../promote/promotion-world.ts";
import { openSession, type RegistrySpec } from "../reconcile/world.ts";

export interface Controller {
  readonly session: RegistrySession;
  readonly forge: ServerForge;
}

/** A registry on a host with a server, and a controller that reports there. */
export class ReportWorld {
  readonly people: PromotionWorld;
  readonly host = new RecordingHost();
  readonly #controller: Controller;

  private constructor(people: PromotionWorld) {
    this.people = people;
    this.#controller = this.controller();
  }

  static async open(spec: Partial<RegistrySpec> = {}): Promise<ReportWorld> {
    return new ReportWorld(await PromotionWorld.open(spec));
  }

  /** Another controller of the same registry. */
  controller(options: { readonly cache?: Cache; readonly pause?: Pause } = {}): Controller {
    const { remote, clock } = this.people;
    let forge = new ServerForge({ remote, clock });
    const session = openSession(remote, {
      clock,
      ...(options.pause === undefined ? {} : { pause: options.pause }),
      forge: (mirror) => (forge = new ServerForge({ remote, clock, mirror })),
    });
    const { cache = session.cache } = options;
    return { forge, session: { ...session, cache, host: this.host } };
  }

  get forge(): ServerForge {
    return this.#controller.forge;
  }

  get session(): RegistrySession {
    return this.#controller.session;
  }

  run(controller: Controller = this.#controller): Promise<ApplyReport> {
    return apply(controller.session);
  }

  /** Until nothing is left to do; its own comment is news to it, once. */
  async settle(): Promise<void> {
    for (let run = 0; run < 20; run += 1) {
      const written = this.host.written.length;
      const { again } = await this.run();
      if (again !== true && this.host.written.length === written) return;
    }
    throw new Error("it comes to no end");
  }

  /** What this run was about: numbers of the pull requests that were judged. */
  async judged(): Promise<readonly number[]> {
    const before = this.host.asked.length;
    await this.run();
    return this.host.asked.slice(before).flatMap((what) => {
      const [, number] = /^comment (\d+)$/.exec(what) ?? [];
      return number === undefined ? [] : [Number(number)];
    });
  }

  async check(number: number): Promise<CheckDraft> {
    const check = this.host.shown.get(await this.people.headOf(number));
    if (check === undefined) throw new Error(`nothing is shown at the head of #${number}`);
    return check;
  }

  comment(number: number): string {
    return this.host.comments.get(number) ?? "";
  }

  after(minutes: number): void {
    this.people.clock.advance(minutes * 60_000);
  }
}

export function messagesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ rule, message }) => `${rule}: ${message}`);
}
