import assert from "node:assert/strict";
import {
  type Handshake,
  type HandshakeEvent,
  negotiate,
  type Opener,
  type ReceivedSegment,
} from "../../src/eno/handshake.ts";

/** One segment; `data` says how its sender wrote its application's bytes. */
export interface Segment extends Omit<ReceivedSegment, "hasData"> {
  readonly data: "plaintext" | "ciphertext" | undefined;
}

/**
 * As much of TCP (RFC 793, its state diagram) as decides which segments are sent and accepted: both hosts
 * send one piece of data, whole in one segment, as often as it takes.
 */
export class TcpHost {
  handshake: Handshake;
  /** What the application got: what was sent, or what came out of decryption. */
  delivered: "plaintext" | "ciphertext" | undefined;
  /** It got plaintext where it expected ciphertext. */
  aborted = false;
  /** The kinds of the segments sent, with "+eno" for those that had the option. */
  readonly log: string[] = [];

  #tcp: "closed" | "listen" | "syn-sent" | "syn-received" | "established";
  #data: Segment["data"];

  constructor(opener: Opener) {
    this.handshake = { state: "expecting-syn", opener };
    this.#tcp = opener.opens === "passively" ? "listen" : "closed";
  }

  get isEstablished(): boolean {
    return this.#tcp === "established";
  }

  /** connect(): nothing for a host that listens or has opened. */
  open(): readonly Segment[] {
    if (this.#tcp !== "closed") return [];
    this.#tcp = "syn-sent";
    return this.#send("syn", { type: "sending", segment: "syn" });
  }

  /** Sends the application's data, once there is a connection. */
  write(): readonly Segment[] {
    if (!this.isEstablished) return [];
    return this.#send("non-syn", { type: "sending", segment: "data" });
  }

  /** The retransmission timer; `withOption: false` gives up ENO where that may be done. */
  retransmit(withOption = true): readonly Segment[] {
    switch (this.#tcp) {
      case "syn-sent":
        return this.#send("syn", { type: "sending", segment: "retransmitted-syn", withOption });
      case "syn-received":
        return this.#sendSynAck();
      case "established":
        return this.#data === undefined ? [] : this.write();
      default:
        return [];
    }
  }

  /** A segment from the peer. */
  receive(segment: Segment): readonly Segment[] {
    const { kind } = segment;
    switch (this.#tcp) {
      case "closed":
        return [];
      case "listen":
        if (kind !== "syn") return [];
        this.#tcp = "syn-received";
        this.#take(segment);
        return this.#sendSynAck();
      case "syn-sent":
        if (kind === "non-syn") return [];
        this.#tcp = kind === "syn" ? "syn-received" : "established";
        this.#take(segment);
        return kind === "syn" ? this.#sendSynAck() : this.#sendAck();
      case "syn-received":
        this.#take(segment);
        if (kind === "syn") return this.#sendSynAck();
        this.#tcp = "established";
        return this.#deliver(segment);
      case "established":
        this.#take(segment);
        return this.#deliver(segment);
    }
  }

  #take({ kind, enoOptions, data }: Segment): void {
    const event = { kind, enoOptions, hasData: data !== undefined };
    this.#advance({ type: "received", segment: event });
  }

  #deliver({ kind, data }: Segment): readonly Segment[] {
    if (kind !== "non-syn") return this.#sendAck();
    if (data === undefined) return [];
    const { state } = this.handshake;
    assert.ok(state === "encrypting" || state === "disabled", "delivers before it has decided");
    if (state === "encrypting" && data === "plaintext") this.aborted = true;
    else this.delivered ??= state === "encrypting" ? "plaintext" : data;
    return this.#sendAck();
  }

  #sendSynAck(): readonly Segment[] {
    return this.#send("syn-ack", { type: "sending", segment: "syn-ack" });
  }

  #sendAck(): readonly Segment[] {
    return this.#send("non-syn", { type: "sending", segment: "ack" });
  }

  #send(kind: Segment["kind"], event: HandshakeEvent & { type: "sending" }): readonly Segment[] {
    const option = this.#advance(event);
    if (event.segment === "data") {
      const { state } = this.handshake;
      assert.ok(state === "encrypting" || state === "disabled", "sends before it has decided");
      this.#data ??= state === "encrypting" ? "ciphertext" : "plaintext";
    }
    this.log.push(option === undefined ? kind : `${kind}+eno`);
    const data = event.segment === "data" ? this.#data : undefined;
    return [{ kind, enoOptions: option === undefined ? [] : [option], data }];
  }

  /** The option for the segment, if it gets one. */
  #advance(event: HandshakeEvent): Uint8Array | undefined {
    const { next, effects } = negotiate(this.handshake, event);
    this.handshake = next;
    let option: Uint8Array | undefined;
    for (const effect of effects) {
      assert.notEqual(effect.type, "withhold", "TCP sends something that it may not");
      if (effect.type === "attach") option = effect.option;
    }
    return option;
  }
}
