/**
 * What kernel/ gives to the rest of tcpcryptd: system calls that Node lacks, and the BPF program
 * that speaks TCP-ENO. Everything here is about file descriptors and bytes; nothing decides.
 *
 * @module
 */

import type { AwareMode, Tep } from "@countersign/tcpcrypt";

/** A system call that failed: its name, and errno's name (ECONNREFUSED …) as `code`. */
export interface SystemCallFailure extends Error {
  readonly call: string;
  readonly code: string;
}

export type Family = 4 | 6;

export interface SocketOptions {
  readonly family: Family;
  readonly mark?: number;
  /** Bind to addresses of others (IP_TRANSPARENT, IPV6_TRANSPARENT). */
  readonly transparent?: boolean;
  /** Leave from this address; connect() chooses the port then (IP_BIND_ADDRESS_NO_PORT). */
  readonly source?: string;
  /** With SO_REUSEADDR. */
  readonly bind?: { readonly address: string; readonly port: number };
  /** IPv6 sockets are for IPv6 only. */
  readonly backlog?: number;
}

/** system-calls.ts exports an object of this shape, made when first used (koffi loads then). */
export interface SystemCalls {
  /**
   * A non-blocking TCP socket, close-on-exec; listening when `backlog` is given. Urgent bytes stay in
   * its stream (SO_OOBINLINE), and in those of the sockets that it accepts: whoever forges an urgent
   * pointer must not take a byte out.
   */
  tcpSocket(options: SocketOptions): number;
  boundPort(fd: number): number;
  /** SO_ORIGINAL_DST, for both families. */
  originalDestination(fd: number, family: Family): { address: string; port: number };
  markOf(fd: number): number;
  /** Whether the other side of a TCP connection has neither ended its direction nor gone (TCP_INFO). */
  peerStays(fd: number): boolean;
  /** SO_LINGER {1, 0} on: whoever dies sends a reset, not a false end-of-file. */
  resetOnClose(fd: number, on: boolean): void;
  /** TCP_CORK: a segment that is not full waits for more, for the end, or for a fifth of a second. */
  waitForFullSegments(fd: number): void;
  /** SO_PEERCRED of a unix socket. */
  peerCredentials(fd: number): { pid: number; uid: number; gid: number };
  /** SO_PEERGROUPS of a unix socket: the supplementary groups when it connected. */
  peerGroups(fd: number): readonly number[];
  /** A netlink socket (NETLINK_NETFILTER 12, NETLINK_SOCK_DIAG 4, NETLINK_ROUTE 0), non-blocking. */
  netlinkSocket(protocol: number, receiveBufferBytes?: number): number;
  send(fd: number, message: Uint8Array): void;
  /** Bytes read into `buffer`, or `undefined` when there is nothing to read now. */
  receive(fd: number, buffer: Uint8Array): number | undefined;
  /** Waits in a thread until `fd` can be read (true) or the time is over (false). */
  waitReadable(fd: number, milliseconds: number): Promise<boolean>;
  close(fd: number): void;
  /** PR_SET_DUMPABLE 0 and RLIMIT_CORE 0: no core dump, no ptrace by the same user. */
  neverDump(): void;
  /** bpf(2): the result, or throws. `attr` is the kernel's union bpf_attr. */
  bpf(command: number, attr: Uint8Array): number;
  /** The address of a buffer's memory for `attr`; the caller keeps the buffer alive. */
  addressOf(buffer: Uint8Array): bigint;
}

/**
 * The program and its maps as the supervisor holds them. All end with its file descriptors.
 *
 * The sockets have to be made in its control group, and listening ones after it was loaded; then
 * those with terms for their local port answer, without a mark of their own.
 */
export interface LoadedEno {
  readonly storageFd: number;
  readonly answersFd: number;
  /** How the passive side answers on a relay's local port. */
  setPassiveTerms(localPort: number, terms: { teps: readonly Tep[]; aware: AwareMode }): void;
  readonly instructions: number;
  /** Forgets the answers for a local port, or all: whoever had the secrets is gone. */
  forgetAnswers(localPort?: number): void;
  close(): void;
}

/** What a worker does with the inherited maps. */
export interface EnoSockets {
  /**
   * Before connect(): the whole ENO option for the SYN, and what may come back. `expectedHalf` (9
   * bytes) goes with an offered resumption. More than 20 bytes do not fit beside the options that
   * Linux sends by default, and the SYN then has none.
   */
  offer(
    fd: number,
    offer: {
      readonly option: Uint8Array;
      readonly aware: AwareMode;
      readonly expectedHalf?: Uint8Array;
    },
  ): void;
  /**
   * After connect() or accept(): both SYN-form options as on the wire, empty when there was none.
   * `acknowledged` says whether the program found ENO agreed: both sent and received an ACK segment
   * with ENO (RFC 8547 §4.6). Whoever then cannot encrypt has to reset the connection.
   */
  outcome(fd: number):
    | {
        readonly sent: Uint8Array;
        readonly received: Uint8Array;
        readonly acknowledged: boolean;
      }
    | undefined;
  /**
   * Answers a peer that offers `tep` with `theirHalf` (9 bytes) by `ourHalf` and a fresh nonce, to one
   * connection only: whoever accepts it finds both halves in its outcome, and the answer is gone.
   * The nonce has 8 bytes, or 7 where the other options of the SYN-ACK leave 20. To be called before
   * the peer can know the secret; without room in the map it is not kept. With a local port only
   * connections to that are answered so, for secrets that not every listener's owner has.
   */
  addAnswer(tep: Tep, theirHalf: Uint8Array, ourHalf: Uint8Array, localPort?: number): void;
  removeAnswer(tep: Tep, theirHalf: Uint8Array, localPort?: number): void;
}

/** Something that tcpcryptd needs of the machine and does not find. */
export interface Missing {
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}
