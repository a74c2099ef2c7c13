import { styleText } from "node:util";
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { withExamples } from "./examples.ts";
import { exitCodes } from "./exit-code.ts";
import { hasColour, type Terminal } from "./terminal.ts";

/** Adds arguments, options, subcommands and actions to a command that has name and summary. */
export type DefineCommand = (command: Command, terminal: Terminal) => void;

/** A subcommand, and where to find it once it is asked for. */
interface Entry {
  readonly summary: string;
  readonly load: () => Promise<DefineCommand>;
}

/** Only what is called is loaded: a ticket is verified without loading the login server. */
const commands: Readonly<Record<string, Entry>> = {
  keys: {
    summary: "make, show and list keys",
    load: async () => (await import("./commands/keys.ts")).defineKeys,
  },
  ticket: {
    summary: "issue, verify and show tickets",
    load: async () => (await import("./commands/ticket.ts")).defineTicket,
  },
  users: {
    summary: "administer the login server's own users",
    load: async () => (await import("./commands/users.ts")).defineUsers,
  },
  login: {
    summary: "run the login server",
    load: async () => (await import("./commands/login.ts")).defineLogin,
  },
  gateway: {
    summary: "run the gateway",
    load: async () => (await import("./commands/gateway.ts")).defineGateway,
  },
  tcpcrypt: {
    summary: "encrypt ordinary TCP connections, and tell their session IDs",
    load: async () => (await import("./commands/tcpcrypt.ts")).defineTcpcrypt,
  },
  check: {
    summary: "check configuration files and the keys they name",
    load: async () => (await import("./commands/check.ts")).defineCheck,
  },
  explain: {
    summary: "tell what the gateway does with a visit, check by check",
    load: async () => (await import("./commands/explain.ts")).defineExplain,
  },
  migrate: {
    summary: "turn the configuration of an older system into one of Countersign",
    load: async () => (await import("./commands/migrate.ts")).defineMigrate,
  },
  demo: {
    summary: "run a login server, a gateway and two protected sites on this machine",
    load: async () => (await import("./commands/demo.ts")).defineDemo,
  },
};

/**
 * Runs one command line, and sets the exit code of a wrong one. What the command itself throws is
 * passed on.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<void> {
  const named = Object.keys(commands).filter((name) => args.includes(name));
  const loaded = await Promise.all(
    named.map(async (name) => [name, await commands[name]?.load()] as const),
  );
  const program = createProgram(terminal, Object.fromEntries(loaded));
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its message or the help that was asked for.
    if (error.exitCode !== 0) terminal.exitWith(exitCodes.unusable);
  }
}

/** The whole tree of commands; those not in `definitions` have only name and summary. */
export function createProgram(
  terminal: Terminal,
  definitions: Readonly<Record<string, DefineCommand | undefined>>,
): Command {
  const program = new Command("countersign")
    .description("Single sign-on with signed tickets.")
    .version(manifest.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .showHelpAfterError("(--help tells more)")
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text, write) => write(withoutArguments(text)),
      getOutHasColors: () => hasColour(terminal, terminal.stdout),
      getErrHasColors: () => hasColour(terminal, terminal.stderr),
    })
    .configureHelp({ styleTitle: (title) => styleText("bold", title, { validateStream: false }) });
  for (const [name, { summary }] of Object.entries(commands)) {
    const command = program.command(name).description(summary).helpCommand(false);
    definitions[name]?.(command, terminal);
  }
  return withExamples(program, [
    "countersign demo",
    "countersign keys new keys/ticket.pem",
    "countersign check login.yaml gateway.yaml",
  ]).addHelpText(
    "after",
    "\nExit codes: 0 yes or done, 1 refused, 2 wrong usage or broken configuration,\n" +
      "70 a mistake in Countersign itself.",
  );
}

/** Commander repeats arguments that are too many, among them passwords given in the wrong place. */
function withoutArguments(message: string): string {
  return message
    .replace(/^error: /, "countersign: ")
    .replace(/(too many arguments.* but got \d+):.*/s, "$1.\n");
}
