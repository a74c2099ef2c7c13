import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  loginSettings,
  openUsers,
  type User,
  type UserChange,
  type UserOptions,
  type UserRefusal,
  type Users,
  userRefusalTexts,
} from "@countersign/login";
import { parseSettings } from "@countersign/settings";
import { type Command, Option } from "commander";
import { CommandError } from "../command-error.ts";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { collectWords, parseDuration } from "../option-values.ts";
import {
  type NewPassword,
  newPassword,
  type PasswordOptions,
  withPasswordOptions,
} from "../password.ts";
import { readSettingsFile, settingsOrProblems } from "../settings-file.ts";
import { note, say, sayJson, type Terminal } from "../terminal.ts";

/** Defines `countersign users`. */
export function defineUsers(users: Command, terminal: Terminal): void {
  defineAdd(users.command("add"), terminal);
  definePasswd(users.command("passwd"), terminal);
  withDatabase(users.command("list"))
    .description("list all users")
    .option("--json", "print JSON")
    .action((options: DatabaseOptions & { readonly json?: true }) => listUsers(terminal, options));
  withDatabase(users.command("remove"))
    .description("remove a user; tickets already issued stay valid until they end")
    .argument("<name>")
    .action((name: string, options: DatabaseOptions) =>
      change(terminal, options, { done: "removed", work: (all) => all.remove(name) }),
    );
  defineTokens(users.command("tokens"), terminal);
}

interface DatabaseOptions {
  readonly database?: string;
  readonly config?: string;
}

function withDatabase(command: Command): Command {
  return command
    .addOption(new Option("--config <file>", "the login server's settings").conflicts("database"))
    .option("--database <file>", "the database itself");
}

interface AddOptions extends DatabaseOptions, PasswordOptions {
  readonly token?: readonly string[];
  readonly lifetime?: number;
  readonly grace?: number;
  readonly disabled?: true;
}

function defineAdd(add: Command, terminal: Terminal): void {
  withPasswordOptions(withDatabase(add))
    .description("add a user; asks for the password twice")
    .argument("<name>")
    .option("--token <word>", "a token; several with commas or by repeating", collectWords)
    .option("--lifetime <duration>", "how long the user's tickets are valid", parseDuration)
    .option("--grace <duration>", "how long before their end they are renewed", parseDuration)
    .option("--disabled", "may not sign in yet")
    .action(async (name: string, options: AddOptions) => {
      const optional: UserOptions = {
        tokens: options.token ?? [],
        lifetimeSeconds: options.lifetime,
        graceSeconds: options.grace,
        disabled: options.disabled ?? false,
      };
      const work = async (users: Users) => {
        const given = await newPassword(terminal, options);
        return withPassword(given, await users.add(name, given.password, optional));
      };
      await change(terminal, options, { done: "added", creates: true, work });
    });
  withExamples(add, [
    "countersign users add ada --config login.yaml --token staff,ops",
    "countersign users add ada --database login.db --password-stdin < password.txt",
  ]);
}

function definePasswd(passwd: Command, terminal: Terminal): void {
  withPasswordOptions(withDatabase(passwd))
    .description("change a user's password; asks for it twice")
    .argument("<name>")
    .action(async (name: string, options: DatabaseOptions & PasswordOptions) => {
      const work = async (users: Users) => {
        const known = await users.find(name);
        // Nobody should type a password twice to learn that the name was wrong.
        if (known === undefined) return { ok: false, refusal: "no-such-user" } as const;
        const given = await newPassword(terminal, options);
        return withPassword(given, await users.setPassword(name, given.password));
      };
      await change(terminal, options, { done: "password changed", work });
    });
  withExamples(passwd, ["countersign users passwd ada --config login.yaml"]);
}

interface TokensOptions extends DatabaseOptions {
  readonly none?: true;
  readonly json?: true;
}

function defineTokens(tokens: Command, terminal: Terminal): void {
  withDatabase(tokens)
    .description("print a user's tokens, or replace them")
    .argument("<name>")
    .argument("[token...]", "the new tokens, all of them; none given: print")
    .option("--none", "take all tokens away")
    .option("--json", "print JSON")
    .action(async (name: string, given: readonly string[], options: TokensOptions) => {
      const words = given.flatMap((text) => collectWords(text));
      if (options.none && words.length > 0) {
        throw new CommandError("wrong-usage", "give tokens or --none, not both");
      }
      if (options.none || words.length > 0) {
        const work = (users: Users) => users.change(name, { tokens: words });
        await change(terminal, options, { done: "tokens changed", work });
      } else {
        await printTokens(terminal, name, options);
      }
    });
  withExamples(tokens, [
    "countersign users tokens ada --config login.yaml",
    "countersign users tokens ada staff ops --config login.yaml",
  ]);
}

async function printTokens(terminal: Terminal, name: string, options: TokensOptions) {
  const user = await withUsers(options, (users) => users.find(name));
  if (user === undefined) refuse(terminal, "no-such-user");
  else if (options.json) sayJson(terminal, user.tokens);
  else for (const token of user.tokens) say(terminal, token);
}

async function listUsers(
  terminal: Terminal,
  options: DatabaseOptions & { readonly json?: true },
): Promise<void> {
  const users = await withUsers(options, (all) => all.list());
  if (options.json) {
    sayJson(terminal, users);
    return;
  }
  if (users.length === 0) note(terminal, "there are no users yet: countersign users add NAME");
  const width = Math.max(0, ...users.map(({ name }) => name.length));
  for (const user of users) say(terminal, `${user.name.padEnd(width)}  ${remarks(user)}`.trimEnd());
}

function remarks({ tokens, disabled, lifetimeSeconds, graceSeconds }: User): string {
  return [
    disabled ? "(disabled)" : "",
    tokens.join(","),
    lifetimeSeconds === undefined ? "" : `lifetime ${lifetimeSeconds} s`,
    graceSeconds === undefined ? "" : `grace ${graceSeconds} s`,
  ]
    .filter((words) => words !== "")
    .join("  ");
}

interface Change {
  readonly done: string;
  /** Whether a database that is missing is made. */
  readonly creates?: boolean;
  work(users: Users): Promise<UserChange & { readonly generated?: string }>;
}

/** A made-up password is told only once it is in force. */
function withPassword({ password, isGenerated }: NewPassword, change: UserChange) {
  return isGenerated ? { ...change, generated: password } : change;
}

async function change(
  terminal: Terminal,
  options: DatabaseOptions,
  { done, creates, work }: Change,
): Promise<void> {
  const changed = await withUsers(options, work, creates);
  if (!changed.ok) {
    refuse(terminal, changed.refusal);
    return;
  }
  say(terminal, `${changed.user.name}: ${done}`);
  if (changed.generated !== undefined) say(terminal, `password: ${changed.generated}`);
}

const refusalCodes = {
  "bad-name": exitCodes.unusable,
  "bad-password": exitCodes.unusable,
  "bad-token": exitCodes.unusable,
  "bad-times": exitCodes.unusable,
  "name-taken": exitCodes.refused,
  "no-such-user": exitCodes.refused,
} satisfies Record<UserRefusal, number>;

function refuse(terminal: Terminal, refusal: UserRefusal): void {
  note(terminal, `countersign: nothing was changed: ${userRefusalTexts[refusal]}`);
  terminal.exitWith(refusalCodes[refusal]);
}

async function withUsers<T>(
  options: DatabaseOptions,
  work: (users: Users) => Promise<T>,
  creates = false,
): Promise<T> {
  const path = await databasePath(options);
  if (!creates && !existsSync(path)) {
    const advice = "countersign users add makes it with the first user";
    throw new CommandError("missing-file", `there is no database ${path}: ${advice}`);
  }
  const users = openUsers(path);
  try {
    return await work(users);
  } finally {
    await users.close();
  }
}

async function databasePath({ database, config }: DatabaseOptions): Promise<string> {
  if (database !== undefined) return database;
  if (config === undefined) {
    throw new CommandError("wrong-usage", "give --config login.yaml or --database FILE");
  }
  const file = await readSettingsFile(config);
  const settings = settingsOrProblems(parseSettings(loginSettings, file));
  return resolve(file.folder, settings.database);
}
