import { startApplication } from "../kit/application.ts";
import { startLighttpd } from "../kit/lighttpd.ts";
import { testFixedHost } from "./fixed-host.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testSharedCaches } from "./shared-caches.ts";
import { testUpgrades } from "./upgrades.ts";

const lighttpd: GuardedBy = {
  example: "lighttpd",
  whoami: "/cgi/whoami",
  identityArrives: "as-text",
  // identity.lua does it: what lighttpd gives gatewayd does not tell `_` from `-`.
  oddHeaders: "dropped",
  startServer: startLighttpd,
};

const beforeApplication: GuardedBy = {
  ...lighttpd,
  whoami: "/application/whoami",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    await startLighttpd(owner, site);
  },
};

testGatewaySite("lighttpd with gatewayd", lighttpd);
testGatewaySite("lighttpd with gatewayd before a proxied application", beforeApplication);
testProxiedApplication("lighttpd with gatewayd", {
  example: "lighttpd",
  path: "/application/whoami",
  startServer: startLighttpd,
});
testHeaderTricks("lighttpd with gatewayd", lighttpd);
testHeaderTricks("lighttpd with gatewayd before a proxied application", beforeApplication);
testSharedCaches("lighttpd with gatewayd", beforeApplication, {
  silent: ["/", "/application/whoami"],
  spoken: { "/application/whoami?public": "public, max-age=60", "/cgi/whoami": "no-store" },
});
testUpgrades("lighttpd with gatewayd", { ...lighttpd, path: "/application/socket" });
testFixedHost("lighttpd with gatewayd", lighttpd, {
  file: "lighttpd.conf",
  from: /^\$HTTP\["host"\] != [^}]*\}\n/m,
});
