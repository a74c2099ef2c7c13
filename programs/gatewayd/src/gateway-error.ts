/** What can fail in gatewayd; each has a text in {@link gatewayErrorTexts}. */
export type GatewayErrorCode =
  | "cannot-listen"
  | "missing-folder"
  | "socket-in-use"
  | "no-socket"
  | "no-inherited-socket"
  | "unreadable-key"
  | "bad-key"
  | "no-usable-key"
  | "unreadable-certificate"
  | "bad-certificate"
  | "unreadable-secret"
  | "bad-secret"
  | "missing-fact"
  | "repeated-fact";

/** What each code means, in the words of the reference page. */
export const gatewayErrorTexts: Readonly<Record<GatewayErrorCode, string>> = {
  "cannot-listen": "the address cannot be listened on",
  "missing-folder":
    "the folder of a socket is missing; make it, for gatewayd's user and the web server's group alone: `install -d -m 2750 -o USER -g GROUP FOLDER`",
  "socket-in-use": "another process listens on the socket",
  "no-socket": "something that is no socket has the socket's name",
  "no-inherited-socket":
    "systemd handed over no socket of that name, or several: see FileDescriptorName in the socket units, and start with Node 24 itself",
  "unreadable-key": "a key file cannot be read",
  "bad-key": "a key cannot be used for what it is given for",
  "no-usable-key":
    "none of the keys may be used for a site: SHA-1 and DSA need `compatibility: mod_auth_pubtkt`",
  "unreadable-certificate": "a certificate or its private key cannot be read",
  "bad-certificate": "a certificate and its private key cannot be used together",
  "unreadable-secret": "the file or variable of a secret cannot be read",
  "bad-secret": "the secret has another length than is needed",
  "missing-fact": "the web server does not tell a fact that a decision needs",
  "repeated-fact": "the web server tells a fact twice",
};

/** The one error of gatewayd. Its message says what failed and where, and nothing of a ticket. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, where?: string, options?: ErrorOptions) {
    super(
      where === undefined ? gatewayErrorTexts[code] : `${where}: ${gatewayErrorTexts[code]}`,
      options,
    );
    this.code = code;
  }
}
