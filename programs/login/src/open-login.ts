import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SecretSource } from "@countersign/settings";
import { destination } from "pino";
import { readAssets } from "./assets.ts";
import { createAudit } from "./audit.ts";
import { trustedProxies } from "./client-address.ts";
import { createFormTokens } from "./form-tokens.ts";
import type { Login } from "./login.ts";
import { LoginError } from "./login-error.ts";
import { createPasswordQueue } from "./password-queue.ts";
import { createPasswords } from "./passwords.ts";
import type { LoginSettings } from "./settings.ts";
import { openSqliteUserStore } from "./sqlite-user-store.ts";
import { createThrottle } from "./throttle.ts";
import { createTickets, readEarlierKey, readSigningKey } from "./tickets.ts";
import type { UserStore } from "./user.ts";
import { createUsersBackend } from "./users-backend.ts";
import type { World } from "./world.ts";

/** A login server ready to answer, and how to end it. */
export interface OpenLogin {
  readonly login: Login;
  close(): Promise<void>;
}

/**
 * Opens all that the settings name: key, database, audit log. Nothing stays open if one fails.
 *
 * @throws {LoginError} any code but `busy` and `cannot-listen`.
 */
export function openLogin(
  settings: LoginSettings,
  world: World,
  formSecret: Uint8Array,
): OpenLogin {
  const { baseFolder, now, log } = world;
  const signingKey = readSigningKey(readSecret(settings.signingKey, world), settings);
  const earlierKeys = settings.earlierKeys.map(({ file, digest }) =>
    readEarlierKey(file, readSecret({ file }, world), { ...settings, digest }),
  );
  const tickets = createTickets(signingKey, settings, earlierKeys);
  const passwords = createPasswords(createPasswordQueue(settings.passwords));
  const audit = openAudit(settings.audit, world);
  const store = openStore(resolve(baseFolder, settings.database), audit);
  const backend = createUsersBackend(store, passwords);
  const login: Login = {
    publicUrl: settings.publicUrl,
    sites: settings.sites,
    isTrustedProxy: trustedProxies(settings.trustedProxies),
    backend,
    tickets,
    formTokens: createFormTokens(formSecret, settings.publicUrl.startsWith("https:")),
    throttle: createThrottle(settings.throttle),
    audit: createAudit(audit, now),
    assets: readAssets(),
    now,
    reportFailure: (error) => log.error({ err: error }, "a request failed"),
  };
  return {
    login,
    async close() {
      await backend.close();
      audit.end?.();
    },
  };
}

function openStore(path: string, audit: AuditDestination): UserStore {
  try {
    return openSqliteUserStore(path);
  } catch (error) {
    audit.end?.();
    throw error;
  }
}

/** Where lines go, and how to close it if it is ours to close. */
interface AuditDestination {
  write(line: string): void;
  end?(): void;
}

function openAudit(
  to: LoginSettings["audit"],
  { auditOutput, baseFolder }: World,
): AuditDestination {
  // Synchronous: a line is in the file before the answer is out.
  if (to !== "stdout") {
    const path = resolve(baseFolder, to.file);
    try {
      return destination({ dest: path, sync: true, mode: 0o600 });
    } catch (error) {
      throw new LoginError("audit-unwritable", path, { cause: error });
    }
  }
  return auditOutput ?? { write: (line) => process.stdout.write(line) };
}

function readSecret(source: SecretSource, { baseFolder, environment }: World): string {
  if ("environment" in source) {
    const value = (environment ?? process.env)[source.environment];
    if (value === undefined) {
      throw new LoginError("secret-unreadable", `environment variable ${source.environment}`);
    }
    return value;
  }
  const path = resolve(baseFolder, source.file);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new LoginError("secret-unreadable", path, { cause: error });
  }
}
