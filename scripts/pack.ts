// Builds what is published and packs it into .cache/tarballs, one file for each package.
import { packPackages } from "./packing/pack.ts";

for (const tarball of packPackages()) process.stdout.write(`${tarball}\n`);
