import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  allowLegacySignatures,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type KeyType,
  TicketError,
  verificationKeyOf,
} from "@countersign/ticket";
import { type Command, Option } from "commander";
import { CommandError } from "../command-error.ts";
import { withExamples } from "../examples.ts";
import { describeKey, readKeyFile, writeKeyPair } from "../key-file.ts";
import { parseBits } from "../option-values.ts";
import { note, printable, say, sayJson, styled, type Terminal } from "../terminal.ts";

/** Defines `countersign keys`. */
export function defineKeys(keys: Command, terminal: Terminal): void {
  const make = keys
    .command("new")
    .description("make a key pair: FILE (private, mode 0600) and FILE.pub")
    .argument("<file>", "where the private half goes; never overwritten")
    .addOption(
      new Option("--type <type>", "kind of key; old mod_auth_pubtkt sites need rsa or dsa")
        .choices(["ed25519", "ecdsa", "rsa", "dsa"] satisfies KeyType[])
        .default("ed25519"),
    )
    .option("--bits <bits>", "size: rsa 2048 to 4096, dsa 1024 or 2048", parseBits)
    .option("--json", "print JSON")
    .action((file: string, options: NewOptions) => newKey(terminal, file, options));
  withExamples(make, [
    "countersign keys new keys/ticket.pem",
    "countersign keys new keys/old-sites.pem --type rsa --bits 3072",
  ]);
  const show = keys
    .command("show")
    .description("print the public half of a key")
    .argument("<file>", "a private or public key, PEM or JWK")
    .addOption(new Option("--jwk", "print a JWK instead of PEM").conflicts("json"))
    .option("--json", "print everything about the key as JSON")
    .action((file: string, options: ShowOptions) => showKey(terminal, file, options));
  withExamples(show, ["countersign keys show keys/ticket.pem > ticket.pem.pub"]);
  const list = keys
    .command("list")
    .description("list the keys in a folder, with warnings about readable private keys")
    .argument("<folder>", "files that are no keys are passed over")
    .option("--json", "print JSON")
    .action((folder: string, options: JsonOption) => listKeys(terminal, folder, options));
  withExamples(list, ["countersign keys list keys/"]);
}

interface JsonOption {
  readonly json?: true;
}

interface NewOptions extends JsonOption {
  readonly type: KeyType;
  readonly bits?: number;
}

interface ShowOptions extends JsonOption {
  readonly jwk?: true;
}

async function newKey(terminal: Terminal, path: string, options: NewOptions): Promise<void> {
  const { type, bits } = options;
  if (bits !== undefined && type !== "rsa" && type !== "dsa") {
    throw new CommandError("wrong-usage", `${type} keys have one size: leave --bits out`);
  }
  const privatePem = generate(type, bits);
  const signingKey = importPrivateKey(privatePem, { legacy: allowLegacySignatures });
  const key = verificationKeyOf(signingKey);
  const { publicPath } = await writeKeyPair(path, privatePem, exportPublicPem(key));
  const { id, algorithm } = key;
  if (options.json) {
    sayJson(terminal, { path, publicPath, id, type, algorithm });
    return;
  }
  say(terminal, `private key  ${path}`);
  say(terminal, `public key   ${publicPath}`);
  say(terminal, `key id       ${id}`);
  say(terminal, `algorithm    ${algorithm}`);
}

function generate(type: KeyType, bits: number | undefined): string {
  try {
    return generatePrivateKeyPem(type, bits);
  } catch (error) {
    if (!(error instanceof TicketError)) throw error;
    throw new CommandError("wrong-usage", "--bits is 2048 to 4096 for rsa, 1024 or 2048 for dsa");
  }
}

async function showKey(terminal: Terminal, path: string, options: ShowOptions): Promise<void> {
  const { warning, jwk, pem, ...rest } = describeKey(await readKeyFile(path));
  if (warning !== undefined) note(terminal, `warning: ${path}: ${warning}`);
  if (options.json) {
    sayJson(terminal, { ...rest, warning, pem, jwk });
  } else if (options.jwk === undefined) {
    terminal.stdout.write(pem);
  } else if (jwk === undefined) {
    throw new CommandError("bad-key", `${path}: JWK has no form for DSA keys: use the PEM`);
  } else {
    sayJson(terminal, jwk);
  }
}

async function listKeys(terminal: Terminal, folder: string, options: JsonOption): Promise<void> {
  const keys = await keysIn(folder);
  if (options.json) {
    sayJson(terminal, keys);
    return;
  }
  if (keys.length === 0) note(terminal, `no keys in ${folder}`);
  for (const { path, id, type, bits, half, mode, warning } of keys) {
    say(
      terminal,
      `${id}  ${`${type} ${bits}`.padEnd(12)} ${half.padEnd(7)} ${mode}  ${printable(path)}`,
    );
    if (warning !== undefined)
      say(terminal, `  ${styled(terminal, "yellow", `warning: ${warning}`)}`);
  }
}

async function keysIn(folder: string) {
  const keys = [];
  for (const name of (await readdir(folder)).sort()) {
    try {
      const { pem: _, jwk: __, ...key } = describeKey(await readKeyFile(join(folder, name)));
      keys.push(key);
    } catch (error) {
      // Databases, settings and folders lie beside keys.
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return keys;
}
