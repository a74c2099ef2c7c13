import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd, type Owner, onExit } from "./cleanup.ts";

/**
 * A new folder that is removed with all it holds when `owner` ends.
 *
 * Everybody may read it: servers that are started by root work as another user.
 */
export function temporaryFolder(owner: Owner): string {
  const path = mkdtempSync(join(tmpdir(), "countersign-"));
  chmodSync(path, 0o755);
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  const forget = onExit(remove);
  atEnd(owner, () => {
    forget();
    remove();
  });
  return path;
}
