import { startTcpcryptd, type TcpcryptSettings } from "@countersign/tcpcryptd";
import { destination, pino } from "pino";
import { watchStopSignals } from "../serve.ts";
import { note, type Terminal } from "../terminal.ts";

/** Runs tcpcryptd until a signal or `countersign tcpcrypt down` stops it. */
export async function runInForeground(
  terminal: Terminal,
  settings: TcpcryptSettings,
): Promise<void> {
  const stopAsked = watchStopSignals(terminal);
  const log = pino({ name: "tcpcrypt", base: null }, destination({ fd: 2, sync: true }));
  terminal.onSignal("SIGHUP", () => log.warn("the settings are read by up alone, after down"));
  const running = await startTcpcryptd(settings, { log });
  const { addresses } = running;
  log.info({ addresses }, "listening");
  if (terminal.stderr.isTTY) {
    note(terminal, `countersign tcpcrypt: ${addresses.join(", ")} (Ctrl-C stops it)`);
  }
  const signal = await Promise.race([stopAsked, running.ended.then(() => undefined)]);
  if (signal !== undefined) {
    log.info({ signal }, "stopping");
    await running.stop();
  }
  // Without a signal, down has asked for it.
  log.info("stopped");
}
