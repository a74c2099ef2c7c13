import { LoginError } from "./login-error.ts";

/** How many passwords are hashed at a time, and how many may wait for it. */
export interface QueueLimits {
  readonly running: number;
  readonly waiting: number;
}

/** Runs costly tasks a few at a time, in the order of their arrival. */
export interface PasswordQueue {
  /**
   * Runs `task` when its turn comes.
   *
   * @throws {LoginError} `busy`, at once, when too many are waiting.
   */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** Creates a queue. Each argon2id hash takes 19 MiB, so `running` also bounds the memory. */
export function createPasswordQueue(limits: QueueLimits): PasswordQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < limits.running) {
      running += 1;
      return;
    }
    if (waiting.length >= limits.waiting) throw new LoginError("busy");
    // Whoever leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  return {
    async run(task) {
      await turn();
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
