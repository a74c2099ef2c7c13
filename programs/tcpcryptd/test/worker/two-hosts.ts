import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { answerSyn, type Tep, type Terms, tepOf } from "@countersign/tcpcrypt";
import type { EnoSockets } from "../../src/kernel/kernel.ts";
import { systemCalls } from "../../src/kernel/system-calls.ts";
import { dialedMark } from "../../src/marks.ts";
import { tcpcryptSettings } from "../../src/settings/settings.ts";
import { awareModeOf } from "../../src/supervisor/treatment.ts";
import type { WorkerWorld } from "../../src/worker/desk.ts";
import type {
  Answer,
  Endpoint,
  FromWorker,
  Question,
  Treatment,
} from "../../src/worker/messages.ts";
import { createWorker, type Worker } from "../../src/worker/worker.ts";
import { HandClock } from "./hand-clock.ts";
import { connecting, portOf } from "./joined-sockets.ts";

export const opportunistic: Treatment = {
  mode: "opportunistic",
  aware: false,
  passiveRole: false,
  resumption: true,
};

/** Options as a SYN and a SYN-ACK carried them, from the opener's side. */
export interface Said {
  readonly sent: Uint8Array;
  readonly received: Uint8Array;
  readonly acknowledged: boolean;
}

/**
 * Stands for the BPF program: what a SYN carries is answered at once. SYNs reach the passive side
 * in the order in which they were sent.
 */
class StandInEno implements EnoSockets {
  /** By socket, on the opening side. */
  readonly said = new Map<number, Said>();
  /** In the order of connections that will be accepted; nothing stands for a plain one. */
  readonly arriving: (Said | undefined)[] = [];
  readonly answers = new Map<string, Uint8Array>();
  /** Where connections come in. */
  port = 0;
  /** What the other side makes of an option; a peer without ENO says nothing. */
  answer: (option: Uint8Array) => Said | undefined = () => undefined;

  offer(fd: number, { option }: { option: Uint8Array }): void {
    const said = this.answer(option);
    if (said === undefined) this.said.delete(fd);
    else this.said.set(fd, said);
  }

  outcome(fd: number): Said | undefined {
    const own = this.said.get(fd);
    if (own !== undefined) {
      this.said.delete(fd);
      return own;
    }
    return this.arriving.shift();
  }

  addAnswer(tep: Tep, theirHalf: Uint8Array, ourHalf: Uint8Array, localPort?: number): void {
    assert.equal(localPort, this.port);
    this.answers.set(keyOf(tep, theirHalf), ourHalf.slice());
  }

  removeAnswer(tep: Tep, theirHalf: Uint8Array, localPort?: number): void {
    assert.equal(localPort, this.port);
    this.answers.delete(keyOf(tep, theirHalf));
  }

  /** What the program answers to a SYN with `option`. */
  answerTo(option: Uint8Array, terms: Terms): Uint8Array | undefined {
    return answerSyn(option, terms, (tep, theirHalf) => {
      const half = this.answers.get(keyOf(tep, theirHalf));
      this.answers.delete(keyOf(tep, theirHalf));
      return half && { half, nonce: randomBytes(8) };
    });
  }
}

function keyOf(tep: Tep, half: Uint8Array): string {
  return `${tep} ${Buffer.from(half).toString("hex")}`;
}

/** The message of this type; some types share one shape. */
type Told<T extends FromWorker["type"], M = FromWorker> = M extends { type: infer U }
  ? T extends U
    ? M
    : never
  : never;

/** A worker in this process, with loopback for a network. */
export class Host {
  readonly eno = new StandInEno();
  readonly told: FromWorker[] = [];
  readonly worker: Worker;
  readonly settings;
  readonly outgoingPort: number;
  readonly incomingPort: number;
  /** Where connections from the network were going. */
  destination: Endpoint = { address: "127.0.0.1", port: 1 };
  /** Marks of the connections that applications make, in their order. */
  readonly marks: number[] = [];
  /** What the next call for random bytes throws. */
  mistake: Error | undefined;
  #id = 0;
  #question = 0;
  #heard: (() => void)[] = [];

  constructor(clock: HandClock, settings: object, treatment: Treatment) {
    const calls = systemCalls();
    const bind = { address: "127.0.0.1", port: 0 };
    const [outgoing, incoming] = [0, 1].map(() =>
      calls.tcpSocket({ family: 4, bind, backlog: 100 }),
    ) as [number, number];
    this.outgoingPort = calls.boundPort(outgoing);
    this.incomingPort = calls.boundPort(incoming);
    this.eno.port = this.incomingPort;
    this.settings = tcpcryptSettings.parse({ outgoing: [{ ports: "all" }], ...settings });
    const world: WorkerWorld = {
      now: clock.now,
      after: clock.after,
      seconds: () => 1_790_000_000,
      systemCalls: {
        ...calls,
        // Marks and other hosts' addresses take rights that tests need not have.
        tcpSocket: ({ family, source, bind }) =>
          calls.tcpSocket({ family, ...(source && { source }), ...(bind && { bind }) }),
        originalDestination: () => this.destination,
        markOf: () => this.marks.shift() ?? 0,
      },
      eno: this.eno,
      entropy: {
        bytes: (length) => {
          const { mistake } = this;
          this.mistake = undefined;
          if (mistake !== undefined) throw mistake;
          return randomBytes(length);
        },
      },
      tell: (message) => {
        this.told.push(message);
        for (const each of this.#heard.splice(0)) each();
      },
    };
    const fds = {
      storage: -1,
      answers: -1,
      outgoing: [outgoing],
      incoming: [{ fd: incoming, treatment }],
    };
    this.worker = createWorker({ type: "start", index: 3, settings: this.settings, fds }, world);
  }

  /** The first message of this type that was or will be told and fits; it is taken away. */
  async hears<T extends FromWorker["type"]>(
    type: T,
    fits: (message: Told<T>) => boolean = () => true,
  ): Promise<Told<T>> {
    while (true) {
      const index = this.told.findIndex((each) => each.type === type && fits(each as Told<T>));
      const [found] = index < 0 ? [] : this.told.splice(index, 1);
      if (found !== undefined) return found as Told<T>;
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  async ask(about: Question): Promise<Answer> {
    this.#question += 1;
    const question = this.#question;
    this.worker.handle({ type: "ask", question, about });
    return (await this.hears("answer", (each) => each.question === question)).answer;
  }

  /** Dials as the supervisor asks it to; gives the id and how it ended. */
  async dial(port: number, treatment = opportunistic, from = "127.0.0.1") {
    this.#id += 1;
    const id = this.#id;
    const local = { address: from, port: 50_000 + id };
    const remote = { address: "127.0.0.1", port };
    this.worker.handle({ type: "dial", id, local, remote, treatment });
    const outcome = await this.hears("dialed", (each) => each.id === id);
    return { id, local, remote, outcome };
  }

  /** The application's own connection, let go with the mark of `id`. */
  claim(id: number, index = 3): Socket {
    this.marks.push(dialedMark(index, id));
    return connecting(this.outgoingPort);
  }
}

/** Two hosts and an application behind the second one. */
export class TwoHosts {
  readonly clock = new HandClock();
  readonly client: Host;
  readonly server: Host;
  /** Of the connections that {@link open} opens. */
  treatment: Treatment;
  readonly #application: Server;
  readonly #connections: Socket[] = [];
  #arrived: (() => void)[] = [];

  constructor({
    client = {},
    server = {},
    treatment = opportunistic,
    serverTreatment = treatment,
  }: {
    client?: object;
    server?: object;
    treatment?: Treatment;
    serverTreatment?: Treatment;
  } = {}) {
    this.treatment = treatment;
    this.client = new Host(this.clock, client, treatment);
    this.server = new Host(this.clock, server, serverTreatment);
    this.#application = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      this.#connections.push(socket);
      for (const each of this.#arrived.splice(0)) each();
    });
    this.client.eno.answer = (option) => this.#meet(option);
  }

  async start(t: { after(end: () => void): void }): Promise<this> {
    this.#application.listen(0, "127.0.0.1");
    await once(this.#application, "listening");
    this.server.destination = { address: "127.0.0.1", port: portOf(this.#application) };
    t.after(() => {
      this.client.worker.end();
      this.server.worker.end();
      for (const socket of this.#connections) socket.destroy();
      this.#application.close();
    });
    return this;
  }

  /** An application's connection through both hosts: its two ends. */
  async open(
    port = this.server.incomingPort,
  ): Promise<{ opener: Socket; acceptor: Socket; local: Endpoint; remote: Endpoint }> {
    const { id, local, remote, outcome } = await this.client.dial(port, this.treatment);
    if (outcome.outcome !== "connected") throw new Error(outcome.errno);
    const opener = this.client.claim(id);
    const acceptor = await this.arrival();
    // Answered when the key exchange is over on this side too.
    await this.client.ask({ ask: "connection", local, remote });
    return { opener, acceptor, local, remote };
  }

  /** The next connection that the application accepts. */
  async arrival(): Promise<Socket> {
    while (true) {
      const next = this.#connections[this.#taken];
      if (next !== undefined) {
        this.#taken += 1;
        return next;
      }
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }
  #taken = 0;

  /** The server's kernel answers the client's SYN. */
  #meet(option: Uint8Array): Said | undefined {
    const terms = {
      teps: this.server.settings.keyExchanges.map(tepOf),
      aware: awareModeOf(this.treatment),
    };
    const answer = this.server.eno.answerTo(option, terms);
    if (answer === undefined) {
      this.server.eno.arriving.push(undefined);
      return undefined;
    }
    this.server.eno.arriving.push({ sent: answer, received: option, acknowledged: true });
    return { sent: option, received: answer, acknowledged: true };
  }
}
