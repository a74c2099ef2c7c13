import type { Family, SocketOptions, SystemCalls } from "../kernel/kernel.ts";
import type { Treatment } from "../worker/messages.ts";
import type { FamilyPorts, RelayPorts } from "./rules/relay-ports.ts";
import type { SharedFds } from "./workers/worker-process.ts";

/** The listening sockets of all workers, which outlive any one of them. */
export interface Listeners {
  readonly families: readonly Family[];
  readonly ports: RelayPorts;
  fdsOf(worker: number): Pick<SharedFds, "outgoing" | "incoming">;
  close(): void;
}

type Sockets = Pick<SystemCalls, "tcpSocket" | "boundPort" | "close">;

const loopback = { 4: "127.0.0.1", 6: "::1" } as const;
const wildcard = { 4: "0.0.0.0", 6: "::" } as const;
const backlog = 4096;

/**
 * Opens for each worker where its dialed connections arrive, and for each treatment where all workers
 * accept what comes from others.
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
    return { family, fd, port: systemCalls.boundPort(fd) };
  };
  try {
    const families = familiesOf(systemCalls);
    const outgoing = Array.from({ length: count }, () =>
      families.map((family) => listenOn(family, loopback[family])),
    );
    const incoming = treatments.map((treatment) => ({
      treatment,
      sockets: families.map((family) => listenOn(family, wildcard[family])),
    }));
    return {
      families,
      ports: {
        outgoing: outgoing.map(portsOf),
        incoming: incoming.map(({ treatment, sockets }) => ({
          treatment,
          ports: portsOf(sockets),
        })),
      },
      fdsOf: (worker) => ({
        outgoing: (outgoing[worker] ?? []).map(({ fd }) => fd),
        incoming: incoming.flatMap(({ treatment, sockets }) =>
          sockets.map(({ fd }) => ({ fd, treatment })),
        ),
      }),
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
