import { isRedirectUrl } from "@countersign/gateway";
import type { Position, Report } from "./remark.ts";
import type { Said, TicketSettings } from "./ticket-settings.ts";
import { splitWords } from "./words.ts";

/** Settings of a site or place of gateway.yaml, by their names. */
export type GatewayOptions = Readonly<Record<string, unknown>>;

/** What settings are turned into those of the gateway with. */
export interface OptionContext {
  readonly origin: string;
  /** The name of the file that a key from the configuration goes to. */
  secretName(key: string): string;
  readonly report: Report;
}

/** The settings of the gateway that do what mod_auth_pubtkt did with these. */
export function gatewayOptions(settings: TicketSettings, context: OptionContext): GatewayOptions {
  const options: Record<string, unknown> = {};
  const { keyFile, digest } = settings;
  if (keyFile !== undefined) {
    options.keys = [{ file: keyFile.value, digest: digest?.value ?? "sha1" }];
  }
  if (settings.postTimeoutUrl !== undefined) {
    const text = "visitors still go there, but what was in their form does not (303, and not 307)";
    context.report("warning", settings.postTimeoutUrl.at, text);
  }
  for (const name of urlNames) {
    const url = settings[name] && urlOf(settings[name], context);
    if (url !== undefined) options[name] = url;
  }
  Object.assign(
    options,
    nameOptions(settings, context),
    tokenOptions(settings, context),
    basicAuthOptions(settings, context),
    debugOptions(settings, context),
  );
  for (const name of ["requireTls", "requireMultifactor"] as const) {
    if (settings[name] !== undefined) options[name] = settings[name].value;
  }
  return options;
}

const urlNames = [
  "loginUrl",
  "timeoutUrl",
  "postTimeoutUrl",
  "refreshUrl",
  "unauthorisedUrl",
  "badAddressUrl",
  "multifactorUrl",
] as const;

function urlOf({ value, at }: Said<string>, { origin, report }: OptionContext): string | undefined {
  // A path was one on the site itself, for the browser at least.
  const isPath = /^\/(?![/\\])/.test(value);
  const url = isPath ? `${origin}${value}` : value;
  if (!isRedirectUrl(url)) {
    const text =
      "gatewayd sends visitors to http and https addresses only, without a fragment or a password";
    report("error", at, text);
    return undefined;
  }
  if (isPath)
    report("warning", at, `gateway.yaml needs the whole address: ${origin} is put before it`);
  return url;
}

function nameOptions(settings: TicketSettings, { report }: OptionContext): GatewayOptions {
  const { cookieName, backArgument, ticketHeaders } = settings;
  const options: Record<string, unknown> = {};
  if (cookieName !== undefined) {
    if (/^[A-Za-z0-9_.-]{1,64}$/.test(cookieName.value)) options.cookieName = cookieName.value;
    else report("error", cookieName.at, "a cookie is named by 1 to 64 letters, digits or _ . -");
  }
  if (backArgument !== undefined) {
    if (/^[A-Za-z0-9_-]{1,64}$/.test(backArgument.value)) options.backArgument = backArgument.value;
    else
      report("error", backArgument.at, "an argument is named by 1 to 64 letters, digits, _ or -");
    if (backArgument.value === "NULL") {
      report(
        "warning",
        backArgument.at,
        "the argument is called NULL, as with the module, whatever its manual says",
      );
    }
  }
  if (ticketHeaders !== undefined) {
    const names = splitWords(ticketHeaders.value);
    const areNames = names.every((name) => /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name));
    if (areNames && names.length > 0 && names.length <= 8) options.ticketHeaders = names;
    else
      report(
        "error",
        ticketHeaders.at,
        "1 to 8 names of headers are expected, each of letters, digits and -",
      );
  }
  return options;
}

function tokenOptions({ tokens }: TicketSettings, { report }: OptionContext): GatewayOptions {
  if (tokens === undefined) return {};
  const { value, at } = tokens;
  if (value[0] === "NULL") {
    if (value.length > 1)
      report("warning", at, "NULL stands first, so the other tokens never counted");
    return { anyOfTokens: [] };
  }
  const usable = value.filter((token) => /^[^\s,;\p{Cc}]{1,255}$/u.test(token));
  if (usable.length < value.length) {
    report(
      "warning",
      at,
      "a word with a comma, a semicolon or a space was never a ticket's token: it is left out",
    );
  }
  const distinct = [...new Set(usable)];
  if (distinct.length > 0 && distinct.length <= 64) return { anyOfTokens: distinct };
  report("error", at, "1 to 64 tokens are expected; nobody is let in here");
  // Nobody can hold a token and not hold it: the module let nobody in either.
  return { anyOfTokens: ["nobody"], noneOfTokens: ["nobody"] };
}

function basicAuthOptions(settings: TicketSettings, context: OptionContext): GatewayOptions {
  const { fakeBasicAuth: fake, passBasicAuth: pass, basicAuthKey } = settings;
  if (fake === undefined && pass === undefined) return {};
  if (pass?.value !== true) {
    if (fake?.value === true) reportAuthorization(fake.at, context.report);
    return { basicAuth: fake?.value === true ? "fake" : "none" };
  }
  reportAuthorization(pass.at, context.report);
  const basicAuth = fake?.value === true ? "ticket-or-fake" : "ticket";
  if (basicAuthKey === undefined) return { basicAuth };
  const file = context.secretName(basicAuthKey.value);
  const text = `the key goes into a file of its own, ${file}; take it out of old copies of this file`;
  context.report("warning", basicAuthKey.at, text);
  return { basicAuth, basicAuthKey: { file } };
}

function reportAuthorization(at: Position, report: Report): void {
  const text =
    "Authorization that the visitor sends is replaced or removed now; the module let it through";
  report("warning", at, text);
}

function debugOptions({ debug }: TicketSettings, { report }: OptionContext): GatewayOptions {
  if (debug === undefined) return {};
  if (debug.value > 0) {
    report(
      "warning",
      debug.at,
      "the log tells of refusals, decisions or checks, and never holds a ticket",
    );
  }
  return { debug: Math.min(debug.value, 3) };
}
