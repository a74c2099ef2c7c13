import { heard, look, lookMs, type Watch } from "./watch.ts";

/**
 * The watchdog: ends a supervisor that is not heard on standard input any more, and says on standard
 * output that it heard it. It also holds the input of nft, so that the rules outlive the supervisor
 * for the moment in which its workers' connections are reset through them.
 */

const supervisor = Number(process.argv[2]);
const lastWordsMs = 200;

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
  setTimeout(() => process.exit(), lastWordsMs);
}
