const headEnd = Buffer.from("\r\n\r\n");

/** One answer while it arrives: a head, and a body as long as Content-Length says. */
export class HeldAnswer {
  #received: Buffer = Buffer.alloc(0);
  #length: number | undefined;
  #head = "";

  /** Takes in what came. */
  add(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (this.#length !== undefined) return;
    const end = this.#received.indexOf(headEnd);
    if (end === -1) return;
    this.#head = this.#received.toString("latin1", 0, end);
    const body = /\r\ncontent-length: *([0-9]+)/i.exec(this.#head)?.[1] ?? "0";
    this.#length = end + headEnd.length + Number(body);
  }

  get isEmpty(): boolean {
    return this.#received.length === 0;
  }

  get isComplete(): boolean {
    return this.#length !== undefined && this.#received.length >= this.#length;
  }

  get status(): number {
    return Number(this.#head.slice(9, 12));
  }

  get bytes(): number {
    return this.#received.length;
  }

  /** Whether the server closes the connection after it. */
  get closes(): boolean {
    return /\r\nconnection: *close/i.test(this.#head);
  }

  clear(): void {
    this.#received = Buffer.alloc(0);
    this.#length = undefined;
    this.#head = "";
  }
}
