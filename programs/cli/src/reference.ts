import type { Argument, Command, Option } from "commander";
import { createProgram, type DefineCommand } from "./command-line.ts";
import { defineCheck } from "./commands/check.ts";
import { defineDemo } from "./commands/demo.ts";
import { defineExplain } from "./commands/explain.ts";
import { defineGateway } from "./commands/gateway.ts";
import { defineKeys } from "./commands/keys.ts";
import { defineLogin } from "./commands/login.ts";
import { defineMigrate } from "./commands/migrate.ts";
import { defineTcpcrypt } from "./commands/tcpcrypt.ts";
import { defineTicket } from "./commands/ticket.ts";
import { defineUsers } from "./commands/users.ts";
import { examplesOf } from "./examples.ts";
import type { Terminal } from "./terminal.ts";

const definitions: Readonly<Record<string, DefineCommand>> = {
  keys: defineKeys,
  ticket: defineTicket,
  users: defineUsers,
  login: defineLogin,
  gateway: defineGateway,
  tcpcrypt: defineTcpcrypt,
  check: defineCheck,
  explain: defineExplain,
  migrate: defineMigrate,
  demo: defineDemo,
};

const intro = `Every command has \`--help\`. Answers go to standard output, remarks and logs to standard error.
Colour appears on terminals only, and never when \`NO_COLOR\` is set.

| Exit code | Meaning |
| --- | --- |
| 0 | yes, or done |
| 1 | refused: the ticket is not valid, the user is unknown, the name is taken |
| 2 | wrong usage, broken configuration, or a file that cannot be read |
| 70 | a mistake in Countersign itself; \`COUNTERSIGN_STACK=1\` shows where |`;

/** The reference page of the command line, in Markdown, from the definitions of the commands. */
export function cliReference(): string {
  const program = createProgram(nowhere, definitions);
  const sections = program.commands.flatMap((command) => sectionsOf(command, "countersign"));
  return `${["# countersign, the command", intro, ...sections].join("\n\n")}\n`;
}

/** No action runs while the definitions are read. */
const nowhere: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: {},
  now: () => 0,
  exitWith: () => {},
  exitNow: () => {},
  onSignal: () => {},
};

function sectionsOf(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  const subcommands = command.commands.flatMap((child) => sectionsOf(child, name));
  const parts = [
    `## ${name}`,
    sentence(command.description()),
    subcommands.length > 0 ? "" : `\`\`\`sh\n${name} ${command.usage()}\n\`\`\``,
    table("Argument", command.registeredArguments.map(argumentRow)),
    table("Option", command.options.map(optionRow)),
    exampleBlock(command),
  ];
  return [parts.filter((part) => part !== "").join("\n\n"), ...subcommands];
}

function argumentRow(argument: Argument): string {
  return `| \`${argument.name()}\` | ${cell(argument.description)} |`;
}

function optionRow(option: Option): string {
  const { flags, description, mandatory, argChoices } = option;
  const defaultValue = option.defaultValueDescription ?? option.defaultValue;
  const remarks = [
    argChoices === undefined ? "" : `one of ${argChoices.join(", ")}`,
    defaultValue === undefined ? "" : `default ${defaultValue}`,
    mandatory ? "required" : "",
  ].filter((remark) => remark !== "");
  const more = remarks.length === 0 ? "" : ` (${remarks.join("; ")})`;
  return `| \`${flags}\` | ${cell(description + more)} |`;
}

function table(title: string, rows: readonly string[]): string {
  if (rows.length === 0) return "";
  return [`| ${title} | Meaning |`, "| --- | --- |", ...rows].join("\n");
}

function exampleBlock(command: Command): string {
  const lines = examplesOf(command);
  return lines.length === 0 ? "" : `For example:\n\n\`\`\`sh\n${lines.join("\n")}\n\`\`\``;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
