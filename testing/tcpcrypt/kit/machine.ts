import { spawn } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { atEnd, type Owner } from "../../kit/cleanup.ts";
import type { Host } from "../../kit/namespaces/host.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";

const root = join(import.meta.dirname, "../../..");

/** What a command that goes on has said so far. */
export interface Followed {
  text(): string;
}

/**
 * A host with an empty `/run` and `/srv` of its own, where a test does what a guide says with the
 * very paths that it says it with.
 */
export class Machine {
  readonly host: Host;
  readonly #owner: Owner;
  /** A process that holds the mounts. */
  readonly #pid: number;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(owner: Owner, host: Host, { pid, path }: { pid: number; path: string }) {
    this.host = host;
    this.#owner = owner;
    this.#pid = pid;
    this.#environment = { ...process.env, PATH: path };
  }

  /** Runs lines of a shell in the folder of the clone, as root. @throws {Error} with their output */
  async must(lines: string): Promise<string> {
    const { code, text } = await this.#run(lines).ended;
    if (code === 0) return text;
    throw new Error(`${this.host.label}: ${lines.trim()} ended with ${code}: ${text}`);
  }

  /** Starts what goes on until the test is over. */
  follow(line: string): Followed {
    const { text, stop } = this.#run(`exec ${line}`);
    atEnd(this.#owner, stop);
    return { text };
  }

  /** Writes a file in `/srv`. */
  write(name: string, text: string): void {
    writeFileSync(this.seenFromOutside(`/srv/${name}`), text);
  }

  has(path: string): boolean {
    return existsSync(this.seenFromOutside(path));
  }

  /** A path of this machine as the test's own process finds it. */
  seenFromOutside(path: string): string {
    return `/proc/${this.#pid}/root${path}`;
  }

  #run(lines: string) {
    const shell = ["/bin/sh", "-e", "-c", `cd "$0"\n${lines}`, root];
    const there = ["--target", String(this.#pid), "--mount", "--net", "--", ...shell];
    const child = spawn("nsenter", there, {
      stdio: ["ignore", "pipe", "pipe"],
      env: this.#environment,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
    }
    const ended = new Promise<{ code: number | null; text: string }>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve({ code, text }));
    });
    const stop = async () => {
      child.kill();
      await ended;
    };
    return { ended, text: () => text, stop };
  }
}

/** Gives a host its own `/run` and `/srv`, and the command `countersign`. It ends with `owner`. */
export async function startMachine(owner: Owner, host: Host): Promise<Machine> {
  const folder = temporaryFolder(owner);
  symlinkSync(join(root, "bin/countersign.js"), join(folder, "countersign"));
  const ready = join(folder, "ready");
  const mounts = 'mount -t tmpfs none /run && mount -t tmpfs none /srv && : > "$0"';
  const { pid } = await host.start({
    command: "unshare",
    args: ["--mount", "sh", "-c", `${mounts} && exec sleep infinity`, ready],
    isReady: async () => existsSync(ready),
  });
  const path = [folder, dirname(process.execPath), process.env.PATH].join(":");
  const machine = new Machine(owner, host, { pid, path });
  atEnd(owner, async () => {
    host.closeSockets();
    await machine.must("countersign tcpcrypt down");
  });
  return machine;
}
