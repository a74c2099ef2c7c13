// A gateway as systemd starts it: its sockets are open already. Run by activation.test.ts.
import { writeSync } from "node:fs";
import { startGateway } from "../src/main.ts";
import { settingsFrom, worldIn } from "./running.ts";

const [folder = "", now = "", settings = ""] = process.argv.slice(2);
// systemd forks and says so before it starts the program; we learn our own id here.
const environment = { ...process.env, LISTEN_PID: String(process.pid) };
const world = { ...worldIn(folder, Number(now)), environment };
const gateway = await startGateway(settingsFrom(JSON.parse(settings)), world);
process.once("SIGTERM", () => void gateway.stop().then(() => process.exit(0)));
writeSync(1, `${gateway.addresses.join(" ")}\n`);
