/** How many may be connected to the control socket at once. */
export interface ClientLimits {
  readonly clients: number;
  /** Of one user, so that nobody keeps the others out. */
  readonly clientsPerUser: number;
}

export const defaultClientLimits: ClientLimits = { clients: 1024, clientsPerUser: 64 };

/** Who is connected, by user. Root is not counted against the bound of one user. */
export class Clients {
  readonly #limits: ClientLimits;
  readonly #byUser = new Map<number, number>();
  #all = 0;

  constructor(limits: ClientLimits) {
    this.#limits = limits;
  }

  /** Lets one more in, or not. What is returned must be called at its end, once. */
  admit(uid: number): (() => void) | undefined {
    const ofUser = this.#byUser.get(uid) ?? 0;
    if (this.#all >= this.#limits.clients) return undefined;
    if (uid !== 0 && ofUser >= this.#limits.clientsPerUser) return undefined;
    this.#all += 1;
    this.#byUser.set(uid, ofUser + 1);
    return () => this.#leave(uid);
  }

  #leave(uid: number): void {
    this.#all -= 1;
    const left = (this.#byUser.get(uid) ?? 0) - 1;
    if (left > 0) this.#byUser.set(uid, left);
    else this.#byUser.delete(uid);
  }
}
