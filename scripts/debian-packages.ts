// Installs the Debian packages that `npm test` needs, or says which are missing.
import { installDebianPackages } from "./debian/install.ts";

try {
  await installDebianPackages();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
