import type { Paint } from "../ansi.ts";

/** What a renderer needs to know of the screen and the day. */
export interface View {
  readonly paint: Paint;
  readonly now: Date;
}
