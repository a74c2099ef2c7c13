import type { ConnectionReport, Endpoint } from "../../src/worker/messages.ts";

const sessionId = (number: number) => `23${number.toString(16).toUpperCase().padStart(64, "0")}`;

/** An encrypted connection from `port` of this machine. */
export function report(
  port: number,
  ends: { readonly local: Endpoint; readonly remote: Endpoint } = {
    local: { address: "10.0.0.1", port },
    remote: { address: "10.0.0.2", port: 80 },
  },
): ConnectionReport {
  return {
    direction: "outgoing",
    ...ends,
    bytes: { sent: 1, received: 2 },
    openedAt: 1_790_000_000,
    encrypted: true,
    sessionId: sessionId(port),
    role: "A",
    tep: "curve25519",
    aead: "aes-128-gcm",
    resumed: false,
    aware: { local: false, remote: false },
    rekeys: { local: 0, remote: 0 },
  };
}
