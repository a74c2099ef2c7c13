import { startApplication } from "../kit/application.ts";
import { startApache } from "../kit/web-servers.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testSharedCaches } from "./shared-caches.ts";

testGatewaySite("Apache with mod_authnz_fcgi and gatewayd", {
  example: "apache-fcgi",
  whoami: "/cgi/whoami",
  identityArrives: "as-text",
  startServer: startApache,
});

const beforeApplication: GuardedBy = {
  example: "apache-fcgi",
  whoami: "/application/whoami",
  identityArrives: "as-text",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    return startApache(owner, site);
  },
};

testGatewaySite(
  "Apache with mod_authnz_fcgi and gatewayd before a proxied application",
  beforeApplication,
);

testHeaderTricks("Apache with mod_authnz_fcgi and gatewayd", beforeApplication);

testSharedCaches("Apache with mod_authnz_fcgi and gatewayd", beforeApplication, {
  silent: ["/", "/application/whoami"],
  spoken: { "/application/whoami?public": "public, max-age=60", "/cgi/whoami": "no-store" },
});

testProxiedApplication("Apache with mod_authnz_fcgi and gatewayd", {
  example: "apache-fcgi",
  path: "/application/whoami",
  startServer: startApache,
});
