import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parseSettings } from "@countersign/settings";
import { generatePrivateKeyPem } from "@countersign/ticket";
import { type OpenLogin, openLogin } from "../src/open-login.ts";
import { type Answer, createRoutes } from "../src/routes.ts";
import { type LoginSettings, loginSettings } from "../src/settings.ts";
import { openUsers, type Users } from "../src/users.ts";
import type { World } from "../src/world.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const origin = "https://sso.example.com";
export const wiki = "https://wiki.example.com/page?a=1&b='2";

/** A clock that goes when it is told to. */
export interface Clock {
  now: number;
}

/** A login server in a folder of its own, without a port. */
export interface LoginWorld {
  readonly settings: LoginSettings;
  readonly world: World;
  readonly clock: Clock;
  readonly users: Users;
  readonly opened: OpenLogin;
  readonly answer: Answer;
  /** Every audit line so far. */
  readonly audited: Record<string, string>[];
  /** What the operator was told. */
  readonly reported: string[];
  browser(): Browser;
}

/** Users: `Ada` (staff, ops) and the disabled `bob`; both have the password `correct horse`. */
export async function loginWorld(
  context: TestContext,
  changes: Partial<LoginSettings> = {},
): Promise<LoginWorld> {
  const folder = temporaryFolder(context);
  const clock = { now: 1_800_000_000 };
  const audited: Record<string, string>[] = [];
  const reported: string[] = [];
  const note = (fields: object, message: string) => {
    const error = "err" in fields ? fields.err : undefined;
    reported.push(`${message}: ${error instanceof Error ? error.message : JSON.stringify(fields)}`);
  };
  const world: World = {
    log: { info: note, warn: note, error: note },
    now: () => clock.now,
    baseFolder: folder,
    environment: { TICKET_KEY: generatePrivateKeyPem("ed25519") },
    auditOutput: { write: (line) => audited.push(JSON.parse(line)) },
  };
  writeFileSync(join(folder, "ticket.pem"), generatePrivateKeyPem("ed25519"), { mode: 0o600 });
  const users = openUsers(join(folder, "login.db"), () => clock.now - 1000);
  await users.add("Ada", "correct horse", { tokens: ["staff", "ops"] });
  await users.add("bob", "correct horse", { disabled: true });
  const settings = { ...defaultSettings(), ...changes };
  const opened = openLogin(settings, world, new Uint8Array(32).fill(7));
  context.after(() => Promise.all([users.close(), opened.close()]).catch(() => {}));
  const answer = createRoutes(opened.login);
  const browser = () => new Browser(answer, settings.publicUrl);
  return { settings, world, clock, users, opened, answer, audited, reported, browser };
}

/** Settings as a file would give them. */
export function defaultSettings(): LoginSettings {
  const text = `
listen: 127.0.0.1:0
publicUrl: ${origin}
database: ./login.db
signingKey: { file: ./ticket.pem }
sites: [ "https://*.example.com" ]
cookie: { domain: example.com }
`;
  const parsed = parseSettings(loginSettings, { name: "login.yaml", text });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

/** A browser, as far as cookies and forms go. */
export class Browser {
  readonly #answer: Answer;
  readonly #publicUrl: string;
  readonly cookies = new Map<string, string>();
  address = "192.0.2.7";

  constructor(answer: Answer, publicUrl: string) {
    this.#answer = answer;
    this.#publicUrl = publicUrl;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers: { accept: "text/html", ...headers } });
  }

  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const body = new URLSearchParams(fields);
    const sent = { origin: this.#publicUrl, "sec-fetch-site": "same-origin", ...headers };
    return this.#send(path, { method: "POST", body, headers: sent });
  }

  /** The hidden token of the form that a page shows. */
  async formToken(path: string): Promise<string> {
    const page = await (await this.get(path)).text();
    return /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "";
  }

  /** Opens the sign-in page and sends its form. */
  async signIn(username: string, password: string, back?: string): Promise<Response> {
    const target = back === undefined ? {} : { back };
    const token = await this.formToken(`/login?${new URLSearchParams(target)}`);
    return this.post("/login", { token, username, password, ...target });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookies !== "") headers.set("cookie", cookies);
    const request = new Request(this.#publicUrl + path, { ...init, headers });
    const response = await this.#answer(request, this.address);
    for (const setCookie of response.headers.getSetCookie()) this.#keep(setCookie);
    return response;
  }

  #keep(setCookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? [];
    if (/; Max-Age=0(;|$)/i.test(setCookie)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
