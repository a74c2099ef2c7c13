import { resolve } from "node:path";
import { createTrustedProxies } from "@countersign/gateway";
import { readAssets } from "./assets.ts";
import { createAudit } from "./audit.ts";
import { type AuditDestination, openAuditDestination } from "./audit-destination.ts";
import { createFormTokens } from "./form-tokens.ts";
import { readPublicText, readSecret } from "./key-texts.ts";
import type { Login } from "./login.ts";
import { createPasswordQueue } from "./password-queue.ts";
import { createPasswords } from "./passwords.ts";
import type { LoginSettings } from "./settings.ts";
import { openSqliteUserStore } from "./sqlite-user-store.ts";
import { createThrottle } from "./throttle.ts";
import { createTickets, readEarlierKey, readSigningKey } from "./tickets.ts";
import { createUnknownSiteReport } from "./unknown-sites.ts";
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
 * @throws {LoginError} any code but `busy`, `cannot-listen` and `missing-folder`.
 */
export function openLogin(
  settings: LoginSettings,
  world: World,
  formSecret: Uint8Array,
): OpenLogin {
  const { baseFolder, now, log } = world;
  const signingKey = readSigningKey(readSecret(settings.signingKey, world), settings);
  const earlierKeys = settings.earlierKeys.map(({ file, digest }) =>
    readEarlierKey(file, readPublicText(file, world), { ...settings, digest }),
  );
  const tickets = createTickets(signingKey, settings, earlierKeys);
  const passwords = createPasswords(createPasswordQueue(settings.passwords));
  const audit = openAudit(settings.audit, world);
  const store = openStore(resolve(baseFolder, settings.database), audit);
  const backend = createUsersBackend(store, passwords);
  const login: Login = {
    publicUrl: settings.publicUrl,
    sites: settings.sites,
    trustedProxies: createTrustedProxies(settings.trustedProxies),
    backend,
    tickets,
    formTokens: createFormTokens(formSecret, settings.publicUrl.startsWith("https:")),
    throttle: createThrottle(settings.throttle),
    audit: createAudit(audit, now),
    isAuditFailing: () => audit.isFailing,
    assets: readAssets(),
    now,
    reportFailure: (error) => log.error({ err: error }, "a request failed"),
    reportUnknownSite: createUnknownSiteReport(log, now),
  };
  return {
    login,
    async close() {
      await backend.close();
      audit.end();
    },
  };
}

function openStore(path: string, audit: AuditDestination): UserStore {
  try {
    return openSqliteUserStore(path);
  } catch (error) {
    audit.end();
    throw error;
  }
}

const standardOutput = 1;

function openAudit(to: LoginSettings["audit"], world: World): AuditDestination {
  if (to !== "stdout") return openAuditDestination({ file: resolve(world.baseFolder, to.file) });
  return openAuditDestination(world.auditOutput ?? { descriptor: standardOutput });
}
