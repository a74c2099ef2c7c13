import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What the supervisor changes of the machine it runs on; tests give a small one of their own. */
export interface Machine {
  /** A file's text, or `undefined` where there is none. */
  read(path: string): string | undefined;
  /** The same; throws unless only this user can have written it: no link, and writable by no other. */
  readOwn(path: string): string | undefined;
  /** Writes to a file that exists, such as one below /proc or /sys. */
  write(path: string, text: string): void;
  /** Puts a file in the place of another at once, for its owner only, and on the disk. */
  replace(path: string, text: string): void;
  remove(path: string): void;
  makeFolder(path: string): void;
  /** Removes an empty folder; whether it is gone. A control group is busy while processes end. */
  removeFolder(path: string): boolean;
  /** Runs a command and gives its output; throws with what it wrote to standard error. */
  run(command: string, args: readonly string[]): string;
  pause(milliseconds: number): Promise<void>;
}

const commandMilliseconds = 10_000;

/** This machine. */
export const thisMachine: Machine = {
  read(path) {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if (isOneOf(error, "ENOENT", "ENOTDIR", "ESRCH")) return undefined;
      throw error;
    }
  },
  readOwn(path) {
    try {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const { uid, mode } = fstatSync(fd);
        const isOwn =
          uid === process.geteuid?.() && (mode & constants.S_IFMT) === constants.S_IFREG;
        if (!isOwn || (mode & 0o022) !== 0) throw new Error("others can write to it");
        return readFileSync(fd, "utf8");
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (isOneOf(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
  },
  write(path, text) {
    const fd = openSync(path, constants.O_WRONLY);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  },
  replace(path, text) {
    const fresh = `${path}.new`;
    rmSync(fresh, { force: true });
    const fd = openSync(fresh, "wx", 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(fresh, path);
    syncFolder(dirname(path));
  },
  remove: (path) => rmSync(path, { force: true }),
  makeFolder: (path) => mkdirSync(path, { recursive: true, mode: 0o755 }),
  removeFolder(path) {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      if (isOneOf(error, "ENOENT")) return true;
      if (isOneOf(error, "EBUSY", "ENOTEMPTY")) return false;
      throw error;
    }
  },
  run(command, args) {
    try {
      return execFileSync(command, [...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        timeout: commandMilliseconds,
        env: { PATH: process.env.PATH, LC_ALL: "C" },
      });
    } catch (cause) {
      const { stderr = "", message } = cause as Error & { stderr?: string };
      const said = stderr.trim().split("\n").join("; ");
      throw new Error(`${command}: ${said === "" ? message : said}`, { cause });
    }
  },
  pause: (milliseconds) => pause(milliseconds),
};

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function isOneOf(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
