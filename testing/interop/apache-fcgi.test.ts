import { startApplication } from "../kit/application.ts";
import { startApache } from "../kit/web-servers.ts";
import { testGatewaySite } from "./gateway-visits.ts";
import { testProxiedApplication } from "./proxied-application.ts";

testGatewaySite("Apache with mod_authnz_fcgi and gatewayd", {
  example: "apache-fcgi",
  whoami: "/cgi/whoami",
  identityArrives: "as-text",
  startServer: startApache,
});

testGatewaySite("Apache with mod_authnz_fcgi and gatewayd before a proxied application", {
  example: "apache-fcgi",
  whoami: "/application/whoami",
  identityArrives: "as-text",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    return startApache(owner, site);
  },
});

testProxiedApplication("Apache with mod_authnz_fcgi and gatewayd", {
  example: "apache-fcgi",
  path: "/application/whoami",
  startServer: startApache,
});
