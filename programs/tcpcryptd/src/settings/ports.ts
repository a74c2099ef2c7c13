interface PortRule {
  readonly ports: "all" | readonly number[];
}

/** Whether a rule is about this port of the server. */
export function isAboutPort(
  { ports }: PortRule,
  port: number,
  encryptedPorts: readonly number[],
): boolean {
  return ports === "all" ? !encryptedPorts.includes(port) : ports.includes(port);
}
