import { once } from "node:events";
import { openAuditDestination } from "../src/audit-destination.ts";

/** Run as a program: writes a line to standard output when told to, and says on the other one how that went. */
const destination = openAuditDestination({ descriptor: 1 });
await once(process.stdin, "data");
process.stdin.destroy();
try {
  destination.write("one\n");
  process.stderr.write("written");
} catch (error) {
  process.stderr.write(error instanceof Error && "code" in error ? String(error.code) : "other");
}
