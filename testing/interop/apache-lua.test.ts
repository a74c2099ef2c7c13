import { startApplication } from "../kit/application.ts";
import { startApache } from "../kit/web-servers.ts";
import { testFixedHost } from "./fixed-host.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testSharedCaches } from "./shared-caches.ts";

const example = ["apache-fcgi", "apache-lua"];

const withCgi: GuardedBy = {
  example,
  whoami: "/cgi/whoami",
  identityArrives: "as-text",
  startServer: startApache,
};

testGatewaySite("Apache with mod_lua and gatewayd", withCgi);
testHeaderTricks("Apache with mod_lua and gatewayd", withCgi);
testFixedHost("Apache with mod_lua and gatewayd", withCgi, {
  file: "httpd.conf",
  from: /^# Any other name[\s\S]*?<\/VirtualHost>\n/m,
});

testGatewaySite("Apache with mod_lua and gatewayd before a proxied application", {
  ...withCgi,
  whoami: "/application/whoami",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    return startApache(owner, site);
  },
});

testProxiedApplication("Apache with mod_lua and gatewayd", {
  example,
  path: "/application/whoami",
  startServer: startApache,
});

testSharedCaches("Apache with mod_lua and gatewayd", withCgi, {
  silent: ["/"],
  spoken: { "/cgi/whoami": "no-store" },
});
