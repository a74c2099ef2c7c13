import { writeSync } from "node:fs";
import { areWorkersGone } from "./last-words.ts";
import { heard, look, lookMs, type Watch } from "./watch.ts";

/**
 * The watchdog: ends a supervisor that is not heard on standard input any more, and says on standard
 * output that it heard it.
 *
 * It also holds the input of nft: when the supervisor is no more, it tells nft to take no further
 * connection, and lets it go when the workers are no more either. Their connections are reset through
 * the translation of addresses that goes with the rules.
 */

const supervisor = Number(process.argv[2]);
const lastWords = process.argv[3] ?? "";
const cgroupFolder = process.argv[4] ?? "";
const nftInput = 3;
const lastWordsMs = 5000;
const lastWordsLookMs = 50;

const start = performance.now();
let watch: Watch = { heardAt: start, lookedAt: start };

// Whoever does not want to hear it has ended.
process.stdout.on("error", () => undefined);
process.stdin.on("data", () => {
  watch = heard(watch, performance.now());
  process.stdout.write(".");
});
process.stdin.on("end", end);
process.stdout.write(".");

const looking = setInterval(() => {
  const { next, verdict } = look(watch, {
    now: performance.now(),
    parent: process.ppid,
    supervisor,
  });
  watch = next;
  if (verdict === "wait") return;
  if (verdict === "kill") process.kill(supervisor, "SIGKILL");
  end();
}, lookMs);

function end(): void {
  clearInterval(looking);
  try {
    writeSync(nftInput, `${lastWords}\n`);
  } catch {
    // nft is no more, and its rules with it.
  }
  const start = performance.now();
  setInterval(() => {
    const isOver = performance.now() - start > lastWordsMs;
    if (isOver || areWorkersGone(cgroupFolder, process.pid)) process.exit();
  }, lastWordsLookMs);
}
