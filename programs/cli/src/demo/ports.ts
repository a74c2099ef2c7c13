import { createServer } from "node:net";
import { CommandError } from "../command-error.ts";
import { type DemoPlan, portCount } from "./plan.ts";

/**
 * Makes sure that nobody else listens where the demo is going to.
 *
 * @throws {CommandError} `wrong-usage`, naming every port that is taken and what to do.
 */
export async function requireFreePorts({ login, gateway }: DemoPlan): Promise<void> {
  const ports = Array.from({ length: portCount }, (_, index) => login.port + index);
  const answers = await Promise.all(ports.map(async (port) => ({ port, why: await whyNot(port) })));
  const taken = answers.filter(({ why }) => why !== undefined);
  if (taken.length === 0) return;
  const [first] = taken;
  const which = taken.map(({ port }) => port).join(", ");
  throw new CommandError(
    "wrong-usage",
    `${reasons[first?.why ?? ""] ?? "cannot listen on this machine at port"} ${which}\n` +
      `The demo needs ports ${login.port} to ${gateway.port}. Stop what uses them, or choose ` +
      `others: --port ${login.port < 60_000 ? login.port + 1000 : 8400}`,
  );
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "already in use on this machine: port",
  EACCES: "not allowed to listen at port",
};

/** The operating system's word for why one cannot listen at a port. */
async function whyNot(port: number): Promise<string | undefined> {
  // Browsers try ::1 first for names under localhost: whoever has that port would get the password.
  const other = await whyNotAt("::1", port);
  return other === "EADDRINUSE" ? other : whyNotAt("127.0.0.1", port);
}

function whyNotAt(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "unknown"));
    probe.listen(port, address, () => probe.close(() => resolve(undefined)));
  });
}
