import { listenAddress, origin, type SettingsSource } from "@countersign/settings";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CommandError } from "./command-error.ts";
import { collect, collectWords } from "./option-values.ts";

/** What the options of `countersign gateway` say, of which `--proxy` stands for a settings file. */
export interface ProxyOptions {
  readonly config?: string;
  readonly proxy?: string;
  readonly site?: string;
  readonly key?: readonly string[];
  readonly login?: string;
  readonly token?: readonly string[];
  readonly listen?: string;
}

/** Defines the options that put one application behind the gateway without a settings file. */
export function defineProxyOptions(command: Command): Command {
  const alone = (flags: string, description: string) =>
    new Option(flags, description).conflicts("config");
  return command
    .addOption(
      alone(
        "--proxy <address>",
        "without settings: the application, such as http://127.0.0.1:3000",
      ),
    )
    .addOption(alone("--site <origin>", "where its visitors go").argParser(parseSite))
    .addOption(alone("--key <file>", "public key of the login server").argParser(collect))
    .addOption(alone("--login <url>", "its sign-in page"))
    .addOption(alone("--token <token>", "let in only those who hold it").argParser(collectWords))
    .addOption(
      alone("--listen <address>", "default: 127.0.0.1 and the site's port").argParser(parseListen),
    );
}

/**
 * The settings that the options stand for, as a file would have them.
 *
 * @throws {CommandError} `wrong-usage` when one is missing, or nobody would speak TLS.
 */
export function proxySettingsFrom(options: ProxyOptions): SettingsSource {
  const { proxy, site, key, login, token, listen } = options;
  if (proxy === undefined) throw new CommandError("wrong-usage", "--config or --proxy is missing");
  const needed = Object.entries({ site, key, login }).filter(([, value]) => value === undefined);
  if (site === undefined || needed.length > 0) {
    const names = needed.map(([name]) => `--${name}`).join(" and ");
    throw new CommandError("wrong-usage", `--proxy needs ${names}, too`);
  }
  if (site.startsWith("https:") && listen?.startsWith("unix:") !== true) {
    throw new CommandError("wrong-usage", needsTls);
  }
  const settings = {
    proxy: [{ listen: listen ?? `127.0.0.1:${new URL(site).port || "80"}`, site, upstream: proxy }],
    keys: key?.map((file) => ({ file })),
    sites: [{ origin: site, loginUrl: login, anyOfTokens: token }],
  };
  return { name: "command line", text: JSON.stringify(settings, undefined, 2) };
}

/** Nobody would speak TLS on the port that visitors come to. */
const needsTls =
  "--site with https needs somebody who speaks TLS: either --listen unix:SOCKET behind a web server that does, or settings (--config) with `tls` or `trustedProxies`";

function parseSite(text: string): string {
  const parsed = origin.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError("Expected an origin such as http://localhost:8080.");
}

function parseListen(text: string): string {
  if (listenAddress.safeParse(text).success) return text;
  throw new InvalidArgumentError("Expected an address such as 127.0.0.1:8080.");
}
