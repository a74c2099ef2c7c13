import { enoProgram } from "../../../src/kernel/bpf/eno-program.ts";
import { readRecord, writeOffer } from "../../../src/kernel/bpf/eno-sockets.ts";
import {
  answer,
  record,
  terms,
  writeResumable,
  writeTerms,
} from "../../../src/kernel/bpf/layout.ts";
import { callback, context, helper, noRoom } from "../../../src/kernel/bpf/sock-ops.ts";
import type { EnoSockets, LoadedEno } from "../../../src/kernel/kernel.ts";
import { type Address, type Helper, Machine } from "./machine.ts";

const fds = { storageFd: 3, termsFd: 4, answersFd: 5, claimsFd: 6 } as const;
const contextLength = 224;
const noSuchEntry = -2n;
const exists = -17n;
const syn = 0x02;
const ackFlag = 0x10;
const synAck = 0x12;

/** Who a half-open connection is with. */
export interface Peer {
  readonly port: number;
  readonly address: number;
  readonly sequence: number;
}

type Offer = Parameters<EnoSockets["offer"]>[1];
type Terms = Parameters<LoadedEno["setPassiveTerms"]>[1];

/** The kernel's part: maps, sockets and callbacks around the program, run by {@link Machine}. */
export class StandIn {
  readonly localPort = 7000;
  /** What other options leave of a segment's 40 bytes. */
  room = 40;
  /** Of the socket that the last callback was about. */
  callbackFlags = 0;
  readonly #program = enoProgram({ ...fds, nonceKey: 5n });
  readonly #maps = new Map<number, Map<string, Uint8Array>>();
  #randomSeed = 1n;

  constructor(given?: Terms) {
    for (const fd of Object.values(fds)) this.#maps.set(fd, new Map());
    if (given === undefined) return;
    const key = new Uint8Array(terms.keyLength);
    new DataView(key.buffer).setUint32(0, this.localPort, true);
    this.#map(fds.termsFd).set(hex(key), writeTerms(given));
  }

  addAnswer(tep: number, theirHalf: Uint8Array, ourHalf: Uint8Array, localPort?: number): void {
    const value = new Uint8Array(answer.length);
    value.set(ourHalf, answer.half);
    this.#map(fds.answersFd).set(hex(writeResumable(tep as 0x21, theirHalf, localPort)), value);
  }

  get answers(): number {
    return this.#map(fds.answersFd).size;
  }

  forgetClaims(): void {
    this.#map(fds.claimsFd).clear();
  }

  /** The option of a SYN-ACK, or `undefined`. */
  answer(
    options: Uint8Array,
    peer: Peer = defaultPeer,
    { isCookie = false } = {},
  ): Uint8Array | undefined {
    const savedSyn = writeHeader(options, peer, syn);
    const about = { savedSyn, peer, tcpFlags: synAck, firstArgument: isCookie ? 2 : 0 };
    const { reserved } = this.#call(callback.optionLength, about);
    if (reserved === undefined) return undefined;
    return this.#call(callback.writeOptions, { ...about, room: reserved }).stored;
  }

  /** What is recorded when the first ACK arrives. */
  accept(
    options: Uint8Array,
    { ack = Uint8Array.of(69, 2), peer = defaultPeer }: { ack?: Uint8Array; peer?: Peer } = {},
  ): ReturnType<typeof readRecord> {
    const socket = { storage: undefined as Uint8Array | undefined };
    this.#call(callback.passiveEstablished, {
      savedSyn: writeHeader(options, peer, syn),
      received: writeHeader(ack, peer, ackFlag),
      peer,
      socket,
    });
    return socket.storage === undefined ? undefined : readRecord(socket.storage);
  }

  /** What the sockets of this machine say when they connect, and what they make of the answer. */
  connect(offer: Offer, options: Uint8Array) {
    const socket = { storage: writeOffer(offer) as Uint8Array | undefined };
    this.callbackFlags = 0;
    this.#call(callback.connect, { socket });
    const wanted = this.callbackFlags;
    const { reserved } = this.#call(callback.optionLength, { socket, tcpFlags: syn });
    const { stored } = this.#call(callback.writeOptions, { socket, tcpFlags: syn, room: reserved });
    this.#call(callback.activeEstablished, {
      socket,
      received: writeHeader(options, defaultPeer, synAck),
    });
    const outcome = readRecord(socket.storage ?? new Uint8Array(record.length));
    return { wanted, sent: stored, outcome, flags: this.callbackFlags };
  }

  /** A SYN of the peer's comes before any SYN-ACK; then its SYN-ACK with these options. */
  openBoth(offer: Offer, options: Uint8Array) {
    const socket = { storage: writeOffer(offer) as Uint8Array | undefined };
    this.#call(callback.connect, { socket });
    const { reserved } = this.#call(callback.optionLength, { socket, tcpFlags: synAck });
    const received = writeHeader(options, defaultPeer, synAck);
    this.#call(callback.passiveEstablished, { socket, received });
    const outcome = readRecord(socket.storage ?? new Uint8Array(record.length));
    return { synAck: reserved, outcome, flags: this.callbackFlags };
  }

  /** How many bytes the next segment without SYN gets. */
  nonSyn(about: { bytesReceived?: number; bytesAcknowledged?: number } = {}): number | undefined {
    return this.#call(callback.optionLength, { ...about, socket: { storage: undefined } }).reserved;
  }

  #call(
    name: number,
    about: {
      readonly savedSyn?: Uint8Array;
      readonly received?: Uint8Array;
      readonly peer?: Peer;
      readonly socket?: { storage: Uint8Array | undefined };
      readonly tcpFlags?: number;
      readonly firstArgument?: number;
      readonly room?: number | undefined;
      readonly bytesReceived?: number;
      readonly bytesAcknowledged?: number;
    },
  ): { reserved?: number; stored?: Uint8Array } {
    const result: { reserved?: number; stored?: Uint8Array } = {};
    const storageAt = (create: boolean): Address => {
      const { socket } = about;
      if (socket === undefined) return 0n;
      if (create) socket.storage ??= new Uint8Array(record.length);
      return socket.storage === undefined ? 0n : machine.map(socket.storage);
    };
    const entries = (fd: bigint) => this.#map(Number(fd));
    const key = (fd: bigint, at: Address) => hex(machine.bytes(at, Number(fd) === 4 ? 4 : 16));
    const helpers: Record<number, Helper> = {
      [helper.lookUp]: ([fd = 0n, at = 0n]) => {
        const value = entries(fd).get(key(fd, at));
        return value === undefined ? 0n : machine.map(value);
      },
      [helper.update]: ([fd = 0n, at = 0n, value = 0n, flags]) => {
        if (flags === 1n && entries(fd).has(key(fd, at))) return exists;
        entries(fd).set(key(fd, at), machine.bytes(value, 72).slice());
        return 0n;
      },
      [helper.delete]: ([fd = 0n, at = 0n]) => (entries(fd).delete(key(fd, at)) ? 0n : noSuchEntry),
      [helper.nanoseconds]: () => this.#random(),
      [helper.random]: () => this.#random() & 0xffff_ffffn,
      [helper.setSocketOption]: () => 0n,
      [helper.getSocketOption]: ([, , , to = 0n, length = 0n]) => {
        const { savedSyn } = about;
        if (savedSyn === undefined) return noSuchEntry;
        const room = machine.bytes(to, Number(length));
        room.fill(0).set(savedSyn);
        return BigInt(savedSyn.length);
      },
      [helper.setCallbackFlags]: ([, flags = 0n]) => {
        this.callbackFlags = Number(flags);
        return 0n;
      },
      [helper.socketStorage]: ([, , , flags]) => storageAt(flags === 1n),
      [helper.reserveOption]: ([, length = 0n]) => {
        if (Number(length) > this.room) return BigInt(noRoom);
        result.reserved = Number(length);
        return 0n;
      },
      [helper.storeOption]: ([, from = 0n, length = 0n]) => {
        const option = machine.bytes(from, Number(length));
        const own = option.slice(0, option[1]);
        if (own.length > (about.room ?? 40)) return BigInt(noRoom);
        result.stored = own;
        return 0n;
      },
    };
    const machine = new Machine(helpers);
    const bytes = new Uint8Array(contextLength);
    const view = new DataView(bytes.buffer);
    view.setUint32(context.callback, name, true);
    view.setUint32(context.firstArgument, about.firstArgument ?? 0, true);
    view.setUint32(context.family, 2, true);
    view.setUint32(context.remoteAddress4, about.peer?.address ?? 0, true);
    view.setUint32(context.remotePort, about.peer?.port ?? 0, true);
    view.setUint32(context.localPort, this.localPort, true);
    view.setUint32(context.isFullSocket, about.socket === undefined ? 0 : 1, true);
    view.setUint32(context.callbackFlags, this.callbackFlags, true);
    view.setBigUint64(context.bytesReceived, BigInt(about.bytesReceived ?? 0), true);
    view.setBigUint64(context.bytesAcknowledged, BigInt(about.bytesAcknowledged ?? 0), true);
    view.setBigUint64(context.socket, about.socket === undefined ? 0n : 1n, true);
    view.setUint32(context.tcpFlags, about.tcpFlags ?? 0, true);
    if (about.received !== undefined) {
      const start = machine.map(about.received);
      view.setBigUint64(context.header, start, true);
      view.setBigUint64(context.headerEnd, start + BigInt(about.received.length), true);
    }
    machine.run(this.#program, machine.map(bytes));
    return result;
  }

  #map(fd: number): Map<string, Uint8Array> {
    const map = this.#maps.get(fd);
    if (map === undefined) throw new Error(`no map ${fd}`);
    return map;
  }

  #random(): bigint {
    this.#randomSeed = BigInt.asUintN(64, this.#randomSeed * 6364136223846793005n + 1n);
    return this.#randomSeed;
  }
}

const defaultPeer: Peer = { port: 40_000, address: 0x0100_007f, sequence: 1 };

/** A TCP header with these options, filled up with NOPs. */
function writeHeader(options: Uint8Array, peer: Peer, flags: number): Uint8Array {
  const length = 20 + 4 * Math.ceil(options.length / 4);
  const header = new Uint8Array(length).fill(1, 20);
  const view = new DataView(header.buffer);
  view.setUint16(0, peer.port);
  view.setUint32(4, peer.sequence);
  view.setUint8(12, (length / 4) << 4);
  view.setUint8(13, flags);
  header.set(options, 20);
  return header;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
