import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openUsers } from "@countersign/login";
import type { Owner } from "./cleanup.ts";
import { type RunningProgram, runLogin } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A login server of plain HTTP for hosts under `demo.localhost`. */
export interface LoginPlan {
  /** Browsers reach it as `sso.demo.localhost` on this port. */
  readonly port: number;
  /** PEM; RSA and DSA sign with SHA-256. */
  readonly privateKey: string;
  /** Origins to which people may be sent back. */
  readonly sites: readonly string[];
  readonly users: readonly TestUser[];
  readonly lifetimeSeconds: number;
  readonly graceSeconds: number;
}

/** Someone who can sign in. */
export interface TestUser {
  readonly name: string;
  readonly password: string;
  readonly tokens: readonly string[];
}

/** Starts a login server in this process with a new database that holds the plan's users. */
export async function startLoginServer(
  owner: Owner,
  plan: LoginPlan,
  now: () => number,
): Promise<RunningProgram> {
  const folder = temporaryFolder(owner);
  const settingsFile = join(folder, "login.yaml");
  writeFileSync(join(folder, "ticket.pem"), plan.privateKey, { mode: 0o600 });
  // JSON is YAML, too.
  writeFileSync(settingsFile, JSON.stringify(settingsOf(plan), null, 2));
  await addUsers(join(folder, "login.db"), plan.users, now);
  return runLogin(owner, { settingsFile, now });
}

function settingsOf({ port, sites, lifetimeSeconds, graceSeconds }: LoginPlan) {
  return {
    listen: `127.0.0.1:${port}`,
    publicUrl: `http://sso.demo.localhost:${port}`,
    database: "./login.db",
    signingKey: { file: "./ticket.pem" },
    sites,
    cookie: { domain: "demo.localhost", secure: false },
    ticket: { lifetimeSeconds, graceSeconds },
  };
}

/** Adds users to a database, which is made if there is none. */
export async function addUsers(
  database: string,
  wanted: readonly TestUser[],
  now: () => number,
): Promise<void> {
  const users = openUsers(database, now);
  try {
    for (const { name, password, tokens } of wanted) {
      const added = await users.add(name, password, { tokens });
      if (!added.ok) throw new Error(`cannot add ${name}: ${added.refusal}`);
    }
  } finally {
    await users.close();
  }
}
