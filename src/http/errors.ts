import { CairnError } from "../shared/errors.ts";

export function portTaken(host: string, port: number, cause: unknown): CairnError {
  return new CairnError({
    code: "HTTP_PORT_TAKEN",
    kind: "conflict",
    message: `Port ${port} on ${host} is in use by another program.`,
    hint: "Stop that program, or choose another port with --port; 0 lets the system choose.",
    cause,
  });
}

export function listenFailed(host: string, port: number, cause: unknown): CairnError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CairnError({
    code: "HTTP_LISTEN_FAILED",
    kind: "denied",
    message: `Cannot listen on ${host} port ${port}: ${reason}.`,
    hint: "Choose another address with --host or another port with --port.",
    cause,
  });
}

export function noSuchPath(): CairnError {
  return new CairnError({
    code: "HTTP_NO_SUCH_PATH",
    kind: "missing",
    message: "There is nothing at this address.",
    hint: "The API starts at /api/v1/registries.",
  });
}

export function noSuchRegistry(): CairnError {
  return new CairnError({
    code: "HTTP_NO_SUCH_REGISTRY",
    kind: "missing",
    message: "This server has no registry of that name.",
    hint: "GET /api/v1/registries lists those it has.",
  });
}

export function parameterInvalid(name: string, problem: string): CairnError {
  return new CairnError({
    code: "HTTP_PARAMETER_INVALID",
    kind: "invalid",
    message: `The parameter "${name}" cannot be used: ${problem}`,
    hint: "Correct the address.",
  });
}

export function hostRefused(): CairnError {
  return new CairnError({
    code: "HTTP_HOST_REFUSED",
    kind: "denied",
    message: "This server answers only requests for its own address.",
    hint: "Use localhost or 127.0.0.1 in the address, or serve on another --host.",
  });
}

export function webhooksOff(): CairnError {
  return new CairnError({
    code: "HTTP_WEBHOOKS_OFF",
    kind: "missing",
    message: "This server takes no deliveries: it has no secret to check them with.",
    hint: "Name the environment variable that holds it in cairn.yaml, webhooks: { github: { secrets: [CAIRN_WEBHOOK_SECRET] } }, and set it.",
  });
}
