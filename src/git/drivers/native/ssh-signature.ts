/** A commit as Git signs it, and what its header holds. */
export interface SignedCommit {
  readonly payload: Uint8Array;
  readonly signature: string;
}

/** What a signature says of itself; nothing of it is checked. */
export interface SshSignature {
  readonly bytes: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly keyType: string;
  readonly namespace: string;
}

const begin = "-----BEGIN SSH SIGNATURE-----";
const end = "-----END SSH SIGNATURE-----";
const magic = "SSHSIG";
const maxSignatureBytes = 64 * 2 ** 10;

/**
 * Takes the signature out of a commit object. `undefined` unless it is the only one and the last
 * header, where Git writes it: further up it could hide signed lines from those who read the commit.
 */
export function splitSignedCommit(commit: Uint8Array): SignedCommit | undefined {
  const bytes = Buffer.from(commit.buffer, commit.byteOffset, commit.byteLength);
  const close = bytes.indexOf("\n\n");
  if (close < 0) return undefined;
  const head = bytes.toString("latin1", 0, close + 1);
  const start = head.indexOf("\ngpgsig ") + 1;
  if (start === 0 || /^gpgsig-/m.test(head)) return undefined;
  const lines = head.slice(start + "gpgsig ".length, -1).split("\n");
  if (lines.slice(1).some((line) => !line.startsWith(" "))) return undefined;
  const signature = lines.map((line, index) => (index === 0 ? line : line.slice(1))).join("\n");
  const payload = Buffer.concat([bytes.subarray(0, start), bytes.subarray(close + 1)]);
  return { payload, signature };
}

/** Adds a signature as the last header of a commit object. */
export function insertSignature(payload: Uint8Array, signature: string): Uint8Array {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const close = bytes.indexOf("\n\n") + 1;
  const header = Buffer.from(`gpgsig ${signature.split("\n").join("\n ")}\n`);
  return Buffer.concat([bytes.subarray(0, close), header, bytes.subarray(close)]);
}

/** Reads an armored signature. https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig */
export function parseSshSignature(text: string): SshSignature | undefined {
  const lines = text.trim().split("\n");
  if (lines.shift() !== begin || lines.pop() !== end) return undefined;
  const body = lines.join("");
  if (body.length > maxSignatureBytes || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const bytes = Buffer.from(body, "base64");
  const fields = parseFields(bytes);
  const [publicKey, namespace] = fields ?? [];
  if (publicKey === undefined || namespace === undefined) return undefined;
  const keyType = readString(publicKey, 0)?.toString("latin1") ?? "";
  if (!/^[a-z0-9@.-]+$/.test(keyType)) return undefined;
  return { bytes, publicKey, keyType, namespace: namespace.toString("latin1") };
}

export function armor(bytes: Uint8Array): string {
  const body = Buffer.from(bytes)
    .toString("base64")
    .replaceAll(/.{70}(?=.)/g, "$&\n");
  return `${begin}\n${body}\n${end}\n`;
}

/** Public key, namespace, reserved, hash, signature: all of it, and nothing behind. */
function parseFields(bytes: Buffer): readonly Buffer[] | undefined {
  const start = magic.length + 4;
  if (bytes.length < start || bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  if (bytes.readUInt32BE(magic.length) !== 1) return undefined;
  const fields: Buffer[] = [];
  let position = start;
  while (fields.length < 5) {
    const field = readString(bytes, position);
    if (field === undefined) return undefined;
    fields.push(field);
    position += 4 + field.length;
  }
  return position === bytes.length ? fields : undefined;
}

function readString(bytes: Buffer, position: number): Buffer | undefined {
  if (position + 4 > bytes.length) return undefined;
  const size = bytes.readUInt32BE(position);
  const rest = bytes.subarray(position + 4);
  return size <= rest.length ? rest.subarray(0, size) : undefined;
}
