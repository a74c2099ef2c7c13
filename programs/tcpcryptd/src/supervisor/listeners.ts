import type { Family, SocketOptions, SystemCalls } from "../kernel/kernel.ts";
import type { Treatment } from "../worker/messages.ts";
import type { FamilyPorts, RelayPorts } from "./rules/relay-ports.ts";
import type { SharedFds } from "./workers/worker-process.ts";

/** The listening sockets of all workers, which outlive any one of them. */
export interface Listeners {
  readonly families: readonly Family[];
  readonly ports: RelayPorts;
  fdsOf(worker: number): Pick<SharedFds, "outgoing" | "incoming">;
  /** Where a worker accepts what comes from others. */
  incomingPortsOf(worker: number): readonly number[];
  close(): void;
}

type Sockets = Pick<SystemCalls, "tcpSocket" | "boundPort" | "resetOnClose" | "close">;

const loopback = { 4: "127.0.0.1", 6: "::1" } as const;
const wildcard = { 4: "0.0.0.0", 6: "::" } as const;
const backlog = 4096;

/**
 * Opens for each worker where its dialed connections arrive and, for each treatment, where it accepts
 * what comes from others. No two share a socket: a client finds the secret of its session only at the
 * worker that it was at before.
 */
export function openListeners(
  systemCalls: Sockets,
  count: number,
  treatments: readonly Treatment[],
): Listeners {
  const opened: number[] = [];
  const close = () => {
    for (const fd of opened.splice(0)) systemCalls.close(fd);
  };
  const listenOn = (family: Family, address: string) => {
    const options: SocketOptions = { family, bind: { address, port: 0 }, backlog };
    const fd = systemCalls.tcpSocket(options);
    opened.push(fd);
    // Accepted sockets begin with it: one that a worker closes for lack of files, or dies with before
    // it has looked at it, must not look like an end of file.
    systemCalls.resetOnClose(fd, true);
    return { family, fd, port: systemCalls.boundPort(fd) };
  };
  try {
    const families = familiesOf(systemCalls);
    const ofEachWorker = (addresses: Record<Family, string>) =>
      Array.from({ length: count }, () =>
        families.map((family) => listenOn(family, addresses[family])),
      );
    const outgoing = ofEachWorker(loopback);
    const incoming = treatments.map((treatment) => ({
      treatment,
      sockets: ofEachWorker(wildcard),
    }));
    return {
      families,
      ports: {
        outgoing: outgoing.map(portsOf),
        incoming: incoming.map(({ treatment, sockets }) => ({
          treatment,
          ports: sockets.map(portsOf),
        })),
      },
      fdsOf: (worker) => ({
        outgoing: (outgoing[worker] ?? []).map(({ fd }) => fd),
        incoming: incoming.flatMap(({ treatment, sockets }) =>
          (sockets[worker] ?? []).map(({ fd }) => ({ fd, treatment })),
        ),
      }),
      incomingPortsOf: (worker) =>
        incoming.flatMap(({ sockets }) => (sockets[worker] ?? []).map(({ port }) => port)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** IPv4, and IPv6 where this machine has it. */
function familiesOf(systemCalls: Sockets): readonly Family[] {
  try {
    systemCalls.close(systemCalls.tcpSocket({ family: 6, bind: { address: "::1", port: 0 } }));
    return [4, 6];
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL") return [4];
    throw error;
  }
}

function portsOf(sockets: readonly { family: Family; port: number }[]): FamilyPorts {
  return Object.fromEntries(sockets.map(({ family, port }) => [family, port]));
}
