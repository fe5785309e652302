import type { Context, Hono } from "hono";
import type { Clock } from "../../shared/clock.ts";
import { webhooksOff } from "../errors.ts";
import { plainProblem } from "../problem.ts";
import type { DeliveryOutcome, WebhookInbox } from "../view.ts";
import { BodyReader, type BodyProblem } from "../webhooks/body-reader.ts";
import { readRepositoryId } from "../webhooks/repository-id.ts";
import { SeenDeliveries } from "../webhooks/seen-deliveries.ts";
import { isSignature, SignatureCheck } from "../webhooks/signature.ts";

const path = "/webhooks/github";

export function isWebhookPath(requested: string): boolean {
  return requested === path;
}

/**
 * Deliveries of GitHub. Nothing of one is looked at before its bytes are known to be signed, and
 * then only which repository it is about: any event is a hint, and the loop reads the world itself.
 */
export function addWebhookRoutes(app: Hono, inbox: WebhookInbox, clock: Clock): void {
  const bodies = new BodyReader();
  const seen = new SeenDeliveries(clock);

  app.post(path, async (context) => {
    if (inbox.secrets.length === 0) throw webhooksOff();
    const signature = context.req.header("x-hub-signature-256");
    const request = context.req.raw;
    if (bodies.isTooLarge(request)) return answer("too-large");
    if (!isSignature(signature)) return answer("unsigned");
    const check = new SignatureCheck(inbox.secrets);
    const body = await bodies.read(request, (block) => check.update(block));
    if (typeof body === "string") return answer(body);
    if (!check.isSignedBy(signature)) return answer("unsigned");
    return answer(take(context, body));
  });

  function take(context: Context, body: readonly Uint8Array[]): DeliveryOutcome {
    const repository = readRepositoryId(body);
    if (!repository.isJson) return "malformed";
    if (!seen.isNew(context.req.header("x-github-delivery"))) return "duplicate";
    const { id } = repository;
    return id !== undefined && inbox.hint(id) ? "accepted" : "ignored";
  }

  function answer(outcome: DeliveryOutcome): Response {
    inbox.count(outcome);
    return isTaken(outcome)
      ? Response.json({ status: "accepted" }, { status: 202 })
      : refuse[outcome]();
  }
}

type Taken = "accepted" | "ignored" | "duplicate";

/** What became of it is not told: the answer is the same. */
function isTaken(outcome: DeliveryOutcome): outcome is Taken {
  return outcome === "accepted" || outcome === "ignored" || outcome === "duplicate";
}

/** The rest of a body that is not read: the connection is of no use any more. */
const closing = { connection: "close" };

const refuse: Readonly<Record<BodyProblem | Exclude<DeliveryOutcome, Taken>, () => Response>> = {
  unsigned: () =>
    plainProblem({
      status: 401,
      title: "Not signed",
      detail: "The header X-Hub-Signature-256 does not fit the body and a secret of this server.",
    }),
  malformed: () =>
    plainProblem({
      status: 400,
      title: "No JSON",
      detail:
        "The body is no JSON object. Choose the content type application/json for the webhook.",
    }),
  "too-large": () =>
    plainProblem(
      { status: 413, title: "Too large", detail: "A delivery has at most 25 MB." },
      closing,
    ),
  busy: () =>
    plainProblem(
      { status: 429, title: "Too much at once", detail: "Send it again later." },
      { ...closing, "retry-after": "1" },
    ),
  broken: () =>
    plainProblem({ status: 400, title: "Incomplete", detail: "The body did not end." }, closing),
};
