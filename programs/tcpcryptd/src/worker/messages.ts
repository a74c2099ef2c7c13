import type { AeadName, Role, TepName } from "@countersign/tcpcrypt";
import type { Mode, TcpcryptSettings } from "../settings/settings.ts";

/** One end of a connection. IPv4 addresses are never in IPv6-mapped form. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What a rule asks, as the worker needs it. */
export interface Treatment {
  readonly mode: Exclude<Mode, "off">;
  readonly aware: boolean;
  readonly passiveRole: boolean;
  /** Whether secrets are used and kept (RFC 8548 §3.5). */
  readonly resumption: boolean;
}

/** Why a connection is relayed without encryption, or a destination is left alone. */
export type PlainReason = "no-option" | "option-lost" | "not-agreed" | "broken-peer";

/** File descriptors that a worker inherits, by number. */
export interface InheritedFds {
  /** Per-socket storage of the BPF program. */
  readonly storage: number;
  /** The BPF program's answers to offered resumptions. */
  readonly answers: number;
  /** Listening sockets on loopback for connections that this machine opens: 127.0.0.1, ::1. */
  readonly outgoing: readonly number[];
  /**
   * Listening sockets for connections that arrive, which no other worker has: the peer's next one
   * arrives there too, and can resume. The treatment says which awareness the BPF program answers.
   */
  readonly incoming: readonly { readonly fd: number; readonly treatment: Treatment }[];
}

/** What the supervisor tells a worker, over the channel of node:child_process. */
export type ToWorker =
  | {
      readonly type: "start";
      readonly index: number;
      readonly settings: TcpcryptSettings;
      readonly fds: InheritedFds;
    }
  /** Open the true connection; the application's own follows with the mark of `id`. */
  | {
      readonly type: "dial";
      readonly id: number;
      /** As the application sees its connection. */
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly treatment: Treatment;
    }
  /** The application gave up before it was let go. */
  | { readonly type: "abandon"; readonly id: number }
  | { readonly type: "ping"; readonly number: number }
  | { readonly type: "ask"; readonly question: number; readonly about: Question }
  /** Accept nothing more; end when the last connection did, or at the deadline (with resets). */
  | { readonly type: "drain"; readonly seconds: number };

export type Question =
  | { readonly ask: "connection"; readonly local: Endpoint; readonly remote: Endpoint }
  | { readonly ask: "connections" }
  | { readonly ask: "counts" }
  | { readonly ask: "watch"; readonly on: boolean }
  | { readonly ask: "flush" | "rekey"; readonly local: Endpoint; readonly remote: Endpoint };

/** How a dial ended; `errno` as Node names it (ECONNREFUSED …). */
export type DialOutcome =
  | { readonly outcome: "connected" }
  | { readonly outcome: "refused" | "unreachable" | "timed-out"; readonly errno: string };

/** What a worker tells the supervisor. */
export type FromWorker =
  | { readonly type: "ready" }
  | ({ readonly type: "dialed"; readonly id: number } & DialOutcome)
  /** The destination cannot encrypt: leave it alone for a while. */
  | { readonly type: "plain"; readonly remote: Endpoint; readonly reason: PlainReason }
  | { readonly type: "pong"; readonly number: number }
  | { readonly type: "answer"; readonly question: number; readonly answer: Answer }
  | { readonly type: "opened" | "closed"; readonly connection: ConnectionReport }
  | { readonly type: "log"; readonly level: "info" | "warn" | "error"; readonly what: string }
  | { readonly type: "drained" };

export type Answer =
  | { readonly connections: readonly ConnectionReport[] }
  | { readonly counts: WorkerCounts }
  | { readonly done: boolean };

export interface WorkerCounts {
  readonly open: { readonly encrypted: number; readonly plain: number; readonly opening: number };
  readonly opened: { readonly encrypted: number; readonly plain: number; readonly resumed: number };
  /** By reason; reasons that never happened are left out. */
  readonly aborted: Readonly<Record<string, number>>;
  readonly cachedSecrets: number;
}

/** A connection as the control socket shows it. */
export type ConnectionReport = {
  readonly direction: "outgoing" | "incoming";
  /** As the application on this machine sees its connection. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Of application data. */
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Seconds since 1970. */
  readonly openedAt: number;
} & (
  | {
      readonly encrypted: true;
      /** Upper-case hexadecimal. */
      readonly sessionId: string;
      readonly role: Role;
      readonly tep: TepName;
      readonly aead: AeadName;
      readonly resumed: boolean;
      readonly aware: { readonly local: boolean; readonly remote: boolean };
      readonly rekeys: { readonly local: number; readonly remote: number };
    }
  | { readonly encrypted: false; readonly reason: PlainReason }
);
