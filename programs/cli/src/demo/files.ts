import { readFileSync } from "node:fs";

/** A file that a site's pages refer to. */
export interface SiteFile {
  readonly type: string;
  readonly body: Buffer;
}

const types = {
  "site.css": "text/css; charset=utf-8",
  "ticket.js": "text/javascript; charset=utf-8",
  "wiki.svg": "image/svg+xml",
  "shop.svg": "image/svg+xml",
} as const;

/** Reads them all, by their path on a site. */
export function readSiteFiles(): ReadonlyMap<string, SiteFile> {
  const folder = new URL("../../assets/demo/", import.meta.url);
  return new Map(
    Object.entries(types).map(([name, type]) => {
      return [`/assets/${name}`, { type, body: readFileSync(new URL(name, folder)) }];
    }),
  );
}
