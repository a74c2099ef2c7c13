import type { Socket } from "node:net";
import type { ResumableSecret } from "@countersign/tcpcrypt";
import type { AbortedBecause } from "./abort-counts.ts";
import { connectToApplication } from "./application-leg.ts";
import { carryEncrypted, carryPlain } from "./carry.ts";
import type { Entry } from "./connection-table.ts";
import type { Desk } from "./desk.ts";
import { Leg } from "./leg.ts";
import type { Endpoint, PlainReason, Treatment } from "./messages.ts";
import { type Negotiated, negotiatedByThem } from "./negotiation.ts";

/** The listening socket that a connection came in through. */
export interface Door {
  /** Of the relay itself: nobody has business with it. */
  readonly port: number;
  readonly treatment: Treatment;
}

/** A connection from the network, and the one that its client asked for. */
interface Visitor {
  readonly door: Door;
  readonly network: Leg;
  readonly client: Endpoint;
  readonly destination: Endpoint;
  readonly entry: Entry;
}

/**
 * Takes in a connection from the network that was redirected to this worker. The application is
 * connected to once the key exchange is done, so that a peer that only claims to encrypt costs it
 * nothing, and so that the session ID is known before the application can ask.
 */
export function acceptIncoming(desk: Desk, accepted: Socket, door: Door): void {
  const network = Leg.ofAccepted(accepted, desk.legs);
  if (network === undefined) return;
  try {
    takeIn(desk, network, door);
  } catch (error) {
    desk.legs.mistaken(error);
    refuse(desk, network, "mistake");
  }
}

function takeIn(desk: Desk, network: Leg, door: Door): void {
  const client = clientOf(network);
  const destination = client && originalDestination(desk, network);
  if (client === undefined || destination === undefined || destination.port === door.port) {
    refuse(desk, network, "not-redirected");
    return;
  }
  // TCP-ENO is agreed already, so that a connection too many cannot be passed on in the clear.
  if (desk.table.isFullForIncoming) {
    refuse(desk, network, "no-room");
    return;
  }
  const negotiated = negotiatedByThem(desk, network.fd, door.treatment);
  if (negotiated === "unknown-secret") {
    refuse(desk, network, negotiated);
    return;
  }
  if (!negotiated.encrypted && door.treatment.mode !== "opportunistic") {
    refuse(desk, network, "not-encrypted");
    return;
  }
  const entry = desk.table.add("incoming", destination, client);
  const visitor = { door, network, client, destination, entry };
  try {
    if (negotiated.encrypted) letInEncrypted(desk, visitor, negotiated);
    else letInPlain(desk, visitor, negotiated.reason);
  } catch (error) {
    desk.table.remove(entry);
    throw error;
  }
}

function letInPlain(desk: Desk, visitor: Visitor, reason: PlainReason): void {
  const { network, client, destination, entry } = visitor;
  connectToApplication(desk, client, destination, {
    seenAs: (seen) => desk.table.seenAs(entry, seen),
    connected(application) {
      desk.table.reached(entry);
      carryPlain(desk, entry, { application, network }, reason);
    },
    failed() {
      desk.table.remove(entry);
      refuse(desk, network, "application-unreachable");
    },
  });
}

function letInEncrypted(
  desk: Desk,
  { door, network, client, destination, entry }: Visitor,
  negotiated: Extract<Negotiated, { encrypted: true }>,
): void {
  const { secrets, table } = desk;
  let kept: ResumableSecret | undefined;
  carryEncrypted(desk, entry, negotiated, {
    treatment: door.treatment,
    network,
    keep(secret) {
      kept = secret;
      secrets.keepNamed(secret, door.port);
    },
    flush() {
      if (kept !== undefined) secrets.forget(kept);
    },
    established(relay) {
      connectToApplication(desk, client, destination, {
        seenAs: (seen) => table.seenAs(entry, seen),
        connected(application) {
          table.reached(entry);
          relay.attach(application);
        },
        failed: () => relay.refuse(),
      });
    },
  });
}

function refuse(desk: Desk, network: Leg, why: AbortedBecause): void {
  desk.aborts.count(why);
  network.reset();
}

function clientOf({ remoteAddress, remotePort }: Leg): Endpoint | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return { address: remoteAddress, port: remotePort };
}

/** `undefined` when nothing redirected the connection. */
function originalDestination(desk: Desk, network: Leg): Endpoint | undefined {
  try {
    return desk.world.systemCalls.originalDestination(network.fd, network.family);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
