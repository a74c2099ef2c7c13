import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The PHP and the Perl program that write and read tickets as the sites of those languages do. */
export interface TicketScript {
  /** The value of a cookie that holds `fields`, signed. */
  write(fields: Readonly<Record<string, string>>, privateFile: string, digest: string): string;
  /** The fields of a cookie's value; `undefined` if its signature is not good. */
  read(cookieValue: string, publicFile: string, digest: string): Record<string, string> | undefined;
}

/** testing/interop/writers/ticket.php */
export const phpScript: TicketScript = ticketScript("php", "ticket.php");
/** testing/interop/writers/ticket.pl */
export const perlScript: TicketScript = ticketScript("perl", "ticket.pl");

function ticketScript(interpreter: string, name: string): TicketScript {
  const script = fileURLToPath(new URL(`../interop/writers/${name}`, import.meta.url));
  const run = (args: readonly string[], input: string) => {
    const ended = spawnSync(interpreter, [script, ...args], { input, encoding: "utf8" });
    if (ended.error !== undefined) throw ended.error;
    return ended;
  };
  return {
    write(fields, privateFile, digest) {
      const { status, stdout, stderr } = run(
        ["write", privateFile, digest],
        JSON.stringify(fields),
      );
      if (status !== 0) throw new Error(`${name} cannot write: ${stderr}`);
      return stdout;
    },
    read(cookieValue, publicFile, digest) {
      const { status, stdout, stderr } = run(["read", publicFile, digest], cookieValue);
      if (status === 1) return undefined;
      if (status !== 0) throw new Error(`${name} cannot read: ${stderr}`);
      return JSON.parse(stdout);
    },
  };
}
