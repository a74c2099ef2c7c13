import type { World } from "./world.ts";

/** systemd hands sockets over from this descriptor on (sd_listen_fds(3)). */
const firstDescriptor = 3;
const maxDescriptors = 256;

/**
 * The descriptors of the sockets that systemd opened for this process, by the names of their units
 * (FileDescriptorName). A name that several share has none: nobody could tell which is which.
 */
export function inheritedSockets(
  environment: NonNullable<World["environment"]>,
  processId: number,
): ReadonlyMap<string, number> {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = "" } = environment;
  // Set for another process, which started us and forgot to take it away.
  if (LISTEN_PID !== String(processId)) return new Map();
  if (!/^[1-9][0-9]{0,2}$/.test(LISTEN_FDS ?? "")) return new Map();
  const count = Math.min(Number(LISTEN_FDS), maxDescriptors);
  const names = LISTEN_FDNAMES.split(":").slice(0, count);
  const isShared = (name: string) => names.indexOf(name) !== names.lastIndexOf(name);
  const sockets = names.map((name, index) => [name, firstDescriptor + index] as const);
  return new Map(sockets.filter(([name]) => name !== "" && !isShared(name)));
}
