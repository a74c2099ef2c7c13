// gatewayd in a process of its own, which tells how it bears up. Run by servers.test.ts.
import { gatewaySettings, startGateway } from "@countersign/gatewayd";
import { parseSettings } from "@countersign/settings";
import { pino } from "pino";
import { heldBytes } from "./growth.ts";

const [folder = "", text = "", now = ""] = process.argv.slice(2);
const parsed = parseSettings(gatewaySettings, { name: "settings", text });
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));

/** Lines about what nobody foresaw. */
const unexpected: string[] = [];
const log = pino(
  { level: "error" },
  {
    write(line: string) {
      if (JSON.parse(line).err?.name !== "GatewayError") unexpected.push(line);
    },
  },
);
const world = { log, now: () => Number(now), baseFolder: folder };
const gateway = await startGateway(parsed.settings, world);
process.on("message", (message) => {
  if (message === "stop") void gateway.stop().then(() => process.disconnect());
  else process.send?.({ heldBytes: heldBytes(), unexpected });
});
process.send?.("ready");
