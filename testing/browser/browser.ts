import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { atEnd, type Owner } from "../kit/cleanup.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { watchPage } from "./problems.ts";

/** A real Chromium. */
export interface RunningBrowser {
  /** Somebody else's browser, as far as cookies and caches go. */
  newProfile(options?: BrowserContextOptions): Promise<Profile>;
}

/** The browser of one person, with as many tabs as they like. */
export interface Profile {
  openTab(): Promise<Page>;
  /** The ticket's cookie, wherever it goes. */
  ticketCookie(): Promise<TicketCookie | undefined>;
  /** What browsers complain about in pages: scripts, styles, policies, missing files. */
  readonly problems: readonly string[];
}

/** A cookie as the browser keeps it. */
export interface TicketCookie {
  readonly value: string;
  readonly domain: string;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: string;
}

// For machines far slower than any that these tests were written on.
const patienceMs = 30_000;

const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts Debian's Chromium with a fresh user folder; it ends with `owner`.
 *
 * @param switches Of its command line, beside those that keep it quiet.
 */
export async function startBrowser(
  owner: Owner,
  switches: readonly string[] = [],
): Promise<RunningBrowser> {
  // Chromium's sandbox refuses to work for root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = [...sandbox, ...quiet, ...switches];
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args,
    // Killed, it would leave its own temporary files behind.
    env: { ...process.env, TMPDIR: temporaryFolder(owner) },
    timeout: 2 * patienceMs,
  });
  atEnd(owner, () => browser.close());
  return { newProfile: (options) => newProfile(browser, options) };
}

async function newProfile(browser: Browser, options?: BrowserContextOptions): Promise<Profile> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options });
  context.setDefaultTimeout(patienceMs);
  const problems: string[] = [];
  context.on("page", (page) => watchPage(page, (problem) => problems.push(problem)));
  return {
    problems,
    openTab: () => context.newPage(),
    async ticketCookie() {
      const cookies = await context.cookies();
      return cookies.find(({ name }) => name === "auth_pubtkt");
    },
  };
}

const folder = join(import.meta.dirname, "screenshots");

/** Keeps a picture of the whole page for people to look at. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
