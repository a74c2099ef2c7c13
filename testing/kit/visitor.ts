import { type CookieJar, createCookieJar } from "./cookie-jar.ts";
import { type Answer, request } from "./request.ts";

/** A page that a visitor sees. */
export interface Page extends Answer {
  readonly url: URL;
  /** The addresses on the way, the page's own last. */
  readonly way: readonly string[];
}

/** Someone with a browser that has no scripts: keeps cookies, follows redirects, fills in forms. */
export interface Visitor {
  readonly cookies: CookieJar;
  /** Opens an address; every host is found on loopback. */
  open(address: string | URL): Promise<Page>;
  /** Follows the link with that text. */
  follow(page: Page, text: RegExp): Promise<Page>;
  /** Sends the page's form with what it says itself and `fields`. */
  submit(page: Page, fields?: Readonly<Record<string, string>>): Promise<Page>;
}

const maxRedirects = 10;

/** A visitor who has never been here. */
export function createVisitor(): Visitor {
  const cookies = createCookieJar();

  async function walk(start: URL, form?: { from: URL; body: URLSearchParams }): Promise<Page> {
    let url = start;
    let sent = form;
    const way: string[] = [];
    for (;;) {
      way.push(url.href);
      const answer = await ask(url, cookies, sent);
      cookies.keep(url, answer.setCookies);
      const next = nextAddress(answer);
      if (next === undefined) return { ...answer, url, way };
      if (way.length > maxRedirects) throw new Error(`too many redirects: ${way.join(" → ")}`);
      // 307 repeats the request, form and all; the others make it a GET.
      if (answer.status !== 307) sent = undefined;
      url = new URL(next, url);
    }
  }

  return {
    cookies,
    open: (address) => walk(new URL(address)),
    follow(page, text) {
      const links = [...page.body.matchAll(/<a\b([^>]*)>(.*?)<\/a>/gs)];
      const link = links.find(([, , content = ""]) => text.test(content));
      if (link === undefined) throw new Error(`no link ${text} on ${page.url}:\n${page.body}`);
      return walk(new URL(attribute(link[1] ?? "", "href") ?? "", page.url));
    },
    submit(page, fields = {}) {
      const [, form = "", content = ""] = /<form\b([^>]*)>(.*?)<\/form>/s.exec(page.body) ?? [];
      const action = attribute(form, "action");
      if (action === undefined) throw new Error(`no form on ${page.url}:\n${page.body}`);
      const body = new URLSearchParams({ ...hiddenFields(content), ...fields });
      return walk(new URL(action, page.url), { from: page.url, body });
    },
  };
}

/** Where a browser goes on to by itself: a redirect, or a page that names the next one. */
function nextAddress({ status, headers, body }: Answer): string | undefined {
  if (status >= 300 && status < 400) return headers.location;
  const [, meta] = /<meta\b([^>]*\bhttp-equiv="refresh"[^>]*)>/.exec(body) ?? [];
  return meta && attribute(meta, "content")?.replace(/^0; *url=/, "");
}

function ask(
  url: URL,
  cookies: CookieJar,
  form: { from: URL; body: URLSearchParams } | undefined,
): Promise<Answer> {
  const cookie = cookies.headerFor(url);
  return request({
    port: Number(url.port),
    host: url.host,
    method: form === undefined ? "GET" : "POST",
    path: url.pathname + url.search,
    headers: {
      accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
      ...(cookie !== undefined && { cookie }),
      ...(form !== undefined && { origin: form.from.origin, "sec-fetch-site": "same-origin" }),
    },
    ...(form !== undefined && { body: form.body }),
  });
}

function hiddenFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, input = ""] of html.matchAll(/<input\b([^>]*)>/g)) {
    if (attribute(input, "type") !== "hidden") continue;
    fields[attribute(input, "name") ?? ""] = attribute(input, "value") ?? "";
  }
  return fields;
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, word) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return characters[word as string] ?? whole;
  });
}

const characters: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};
