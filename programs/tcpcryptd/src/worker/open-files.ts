/** Files of a worker that are no connection's: channels, listening sockets, the runtime's own. */
const otherFiles = 128;

/**
 * How many connections a worker may have: as many as wanted, and as there are files for, two for
 * each. `limits` is /proc/self/limits; Node has raised the soft limit to the hard one.
 */
export function connectionsWithin(wanted: number, limits: string): number {
  const [, files] = /^Max open files +\S+ +(\d+)/m.exec(limits) ?? [];
  // "unlimited", or a kernel that words it otherwise.
  if (files === undefined) return wanted;
  return Math.max(1, Math.min(wanted, Math.floor((Number(files) - otherFiles) / 2)));
}
