import { isIPv6 } from "node:net";
import { applicationMark } from "../marks.ts";
import type { Desk } from "./desk.ts";
import { Leg } from "./leg.ts";
import type { Endpoint } from "./messages.ts";

/** What becomes of a connection to an application. */
export interface ApplicationAnswer {
  /** How the application will see its client; told before it can accept the connection. */
  seenAs(client: Endpoint): void;
  connected(application: Leg): void;
  /** With the error's code. */
  failed(errno: string): void;
}

/** The client's own port is still in use towards this application, by a connection in TIME_WAIT. */
const portTaken = new Set(["EADDRINUSE", "EADDRNOTAVAIL"]);

/**
 * Connects to the application at `destination` from the client's own address, and from its own port
 * if that is free.
 */
export function connectToApplication(
  desk: Desk,
  client: Endpoint,
  destination: Endpoint,
  answer: ApplicationAnswer,
): void {
  attempt(desk, client, destination, {
    ...answer,
    failed(errno) {
      if (!portTaken.has(errno)) return answer.failed(errno);
      attempt(desk, { ...client, port: 0 }, destination, answer);
    },
  });
}

function attempt(
  desk: Desk,
  client: Endpoint,
  destination: Endpoint,
  answer: ApplicationAnswer,
): void {
  const { systemCalls } = desk.world;
  let application: Leg;
  try {
    const family = isIPv6(client.address) ? 6 : 4;
    const options = { family, mark: applicationMark, transparent: true, bind: client } as const;
    const fd = systemCalls.tcpSocket(options);
    application = Leg.ofSocket(fd, desk.legs);
    answer.seenAs(client.port === 0 ? { ...client, port: systemCalls.boundPort(fd) } : client);
  } catch (error) {
    answer.failed(error instanceof Error && "code" in error ? String(error.code) : "EIO");
    return;
  }
  application.connect(destination, (failure) => {
    if (failure === undefined) answer.connected(application);
    else answer.failed(failure);
  });
}
