import type { Machine } from "../../../src/supervisor/machine/machine.ts";

/** A machine of a few files in memory, which notes what is done to it. */
export interface SmallMachine extends Machine {
  readonly files: Map<string, string>;
  readonly log: string[];
  /** What a command answers; an error is thrown. */
  answers: Map<string, string | Error>;
  /** How often removing a folder finds it busy. */
  busy: number;
}

export const boot = "/proc/sys/kernel/random/boot_id";

/** `/proc/<pid>/stat` of a process that started at `start`. */
export function statOf(pid: number, start: number, state = "S"): string {
  const between = Array.from({ length: 18 }, () => "0").join(" ");
  return `${pid} (a) name (b)) ${state} ${between} ${start} 0 0\n`;
}

export function smallMachine(files: Readonly<Record<string, string>> = {}): SmallMachine {
  const machine: SmallMachine = {
    files: new Map(Object.entries({ [boot]: "boot-1\n", ...files })),
    log: [],
    answers: new Map(),
    busy: 0,
    read: (path) => machine.files.get(path),
    readOwn: (path) => machine.files.get(path),
    write(path, text) {
      if (!machine.files.has(path)) throw Object.assign(new Error(path), { code: "ENOENT" });
      machine.log.push(`write ${path} ${text}`);
      machine.files.set(path, `${text}\n`);
    },
    replace(path, text) {
      machine.log.push(`replace ${path}`);
      machine.files.set(path, text);
    },
    remove(path) {
      machine.log.push(`remove ${path}`);
      machine.files.delete(path);
    },
    makeFolder(path) {
      machine.log.push(`folder ${path}`);
      machine.files.set(`${path}/cgroup.procs`, "");
    },
    removeFolder(path) {
      machine.log.push(`remove folder ${path}`);
      if (machine.busy > 0) {
        machine.busy--;
        return false;
      }
      for (const name of machine.files.keys()) {
        if (name.startsWith(`${path}/`)) machine.files.delete(name);
      }
      return true;
    },
    run(command, args) {
      const line = [command, ...args].join(" ");
      machine.log.push(line);
      const answer = machine.answers.get(line) ?? "";
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async pause() {},
  };
  return machine;
}
