import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The files that pages refer to, by their path on the server. */
export type Assets = ReadonlyMap<string, Asset>;

/** One file and what browsers are told about it. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Changes with the content; pages put it into the address, so that it can be cached for ever. */
  readonly version: string;
}

const types = {
  "style.css": "text/css; charset=utf-8",
  "tabs.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

/** Name of a file under `/assets/`. */
export type AssetName = keyof typeof types;

/** Reads the files once, from the folder beside the sources. */
export function readAssets(): Assets {
  return new Map(
    Object.entries(types).map(([name, type]) => {
      const body = new Uint8Array(readFileSync(new URL(`../assets/${name}`, import.meta.url)));
      const version = createHash("sha256").update(body).digest("hex").slice(0, 12);
      return [`/assets/${name}`, { body, type, version }];
    }),
  );
}

/** The address of a file as pages write it. */
export function assetPath(assets: Assets, name: AssetName): string {
  const path = `/assets/${name}`;
  return `${path}?v=${assets.get(path)?.version}`;
}
