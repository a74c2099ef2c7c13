import type { Manifest } from "../checks/tree.ts";

/** A target of `exports` in what is published: declarations first, as resolvers want it. */
interface PublishedTarget {
  readonly types: string;
  readonly default: string;
}

/** A manifest as it is published: its exports point to `dist`. */
export type PublishedManifest = Omit<Manifest, "exports" | "devDependencies"> & {
  readonly exports: Readonly<Record<string, PublishedTarget>>;
};

/**
 * Turns the manifest that the workspace uses (exports point to sources) into the published one.
 *
 * @throws {TypeError} an export that does not point to `./src/….ts`
 */
export function publishedManifest(manifest: Manifest): PublishedManifest {
  const { exports = {}, devDependencies: _, ...kept } = manifest;
  const targets = Object.entries(exports).map(
    ([name, source]) => [name, published(source)] as const,
  );
  return { ...kept, exports: Object.fromEntries(targets) };
}

function published(source: string): PublishedTarget {
  const built = /^\.\/src\/(.+)\.ts$/.exec(source)?.[1];
  if (built === undefined) throw new TypeError(`exports must point to ./src/….ts, not ${source}`);
  return { types: `./dist/${built}.d.ts`, default: `./dist/${built}.js` };
}
