import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { TcpcryptdError } from "./tcpcryptd-error.ts";

/** An nft that stays, and with it the table that it owns. */
export interface Nft {
  /** Carries out one line of nft, all of it or nothing. */
  run(line: string): Promise<void>;
  /** Whoever holds it too keeps nft alive when we are no more; until {@link Nft.close}, that is. */
  readonly input: Writable;
  /** When it has ended, for whatever reason; its table is gone then. */
  readonly ended: Promise<void>;
  /** Ends it, and the table that it owns. */
  close(): Promise<void>;
}

const answerMilliseconds = 5000;

/**
 * Starts `nft -i`. It ends with its standard input, so that it ends also with a process that was
 * killed; the kernel then removes the table that it owns.
 */
export function startNft(): Nft {
  const child = spawn("nft", ["-i"], {
    stdio: ["pipe", "ignore", "pipe"],
    // Ctrl-C in a terminal is for us alone; our rules go when we say so.
    detached: true,
    // It would keep a history of its lines in the home folder.
    env: { PATH: process.env.PATH, HOME: "/dev/null", LC_ALL: "C" },
  });
  const errors = createErrors(child);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  // A child that has gone shows as `ended`; what is written to it is lost with it.
  child.stdin.on("error", () => undefined);
  let turn = Promise.resolve();
  let markers = 0;

  async function runNow(line: string): Promise<void> {
    const marker = `marker_${markers++}`;
    // Nothing tells that a line succeeded. The error about a word that nft does not know does.
    child.stdin.write(`${line}\n${marker}\n`);
    const problems = await errors.upTo(marker);
    if (problems !== "") throw new TcpcryptdError("rules-refused", problems);
  }

  return {
    input: child.stdin,
    ended,
    run(line) {
      const done = turn.then(() => runNow(line));
      turn = done.catch(() => undefined);
      return done;
    },
    async close() {
      child.stdin.end();
      const impatience = setTimeout(() => child.kill("SIGKILL"), answerMilliseconds);
      await ended;
      clearTimeout(impatience);
    },
  };
}

/** What nft says on standard error, cut at the markers. */
function createErrors(child: ChildProcess) {
  let text = "";
  let wake: (() => void) | undefined;
  let gone: string | undefined;
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    wake?.();
  });
  const end = (why: string) => {
    gone ??= why;
    wake?.();
  };
  child.once("error", (error) => end(`nft cannot be started (${error.message})`));
  child.once("close", () => end("nft has ended"));

  return {
    async upTo(marker: string): Promise<string> {
      const impatience = setTimeout(() => child.kill("SIGKILL"), answerMilliseconds);
      try {
        for (;;) {
          const found = readUpTo(text, marker);
          if (found !== undefined) {
            text = found.rest;
            return found.problems;
          }
          if (gone !== undefined) return gone;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        clearTimeout(impatience);
      }
    },
  };
}

/**
 * What nft complained about before it came to the marker, in one line; `undefined` until it has.
 *
 * ```text
 * Error: Could not process rule: No such file or directory
 * add rule inet …
 *          ^^^^
 * Error: syntax error, unexpected newline, expecting string
 * marker_7
 *         ^
 * ```
 */
export function readUpTo(
  text: string,
  marker: string,
): { readonly problems: string; readonly rest: string } | undefined {
  const lines = text.split("\n");
  const at = lines.indexOf(marker);
  // The caret below the marker is the last that nft writes about it.
  if (at < 0 || lines[at + 2] === undefined) return undefined;
  const before = lines.slice(0, at - 1);
  const problems = before.filter((line) => line.startsWith("Error: "));
  const said = problems.length > 0 ? problems : before.filter((line) => line.trim() !== "");
  return {
    problems: said.map((line) => line.replace(/^Error: /, "")).join("; "),
    rest: lines.slice(at + 2).join("\n"),
  };
}
