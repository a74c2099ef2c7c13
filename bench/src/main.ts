import { cpus } from "node:os";
import { apacheRows } from "./rows/apache.ts";
import { decideRows } from "./rows/decide.ts";
import { gatewaydRows } from "./rows/gatewayd.ts";
import { growthRows } from "./rows/growth.ts";
import { largeCacheRows } from "./rows/large-cache.ts";
import { nginxRows } from "./rows/nginx.ts";
import { steadyRows } from "./rows/steady.ts";
import { tcpcryptRows } from "./rows/tcpcrypt.ts";
import { verifyCachedRows } from "./rows/verify-cached.ts";
import { verifyColdRows } from "./rows/verify-cold.ts";
import { type Row, tableOf } from "./table.ts";

const suites: Record<string, () => Row[] | Promise<Row[]>> = {
  "verify-cold": verifyColdRows,
  "verify-cached": verifyCachedRows,
  "large-cache": largeCacheRows,
  decide: decideRows,
  gatewayd: gatewaydRows,
  nginx: nginxRows,
  apache: apacheRows,
  growth: growthRows,
  steady: steadyRows,
  tcpcrypt: tcpcryptRows,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) {
  process.stderr.write(
    `no such rows: ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}\n`,
  );
  process.exit(2);
}

const rows: Row[] = [];
for (const [name, run] of Object.entries(suites)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  process.stderr.write(`measuring ${name} …\n`);
  rows.push(...(await run()));
}
const machine = `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}`;
process.stdout.write(`${machine}\n\n${tableOf(rows)}\n`);
