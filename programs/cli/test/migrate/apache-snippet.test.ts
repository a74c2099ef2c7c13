import assert from "node:assert/strict";
import { test } from "node:test";
import { migrateApache } from "../../src/migrate/migrate-apache.ts";
import { memoryWorld } from "./memory-world.ts";

test("shows the sections that change with what says who may come in, and no key", () => {
  const main = `<VirtualHost *:80>
ServerName a.example
ErrorLog x.log
TKTAuthPublicKey /k
<Location "/x">
  AuthType mod_auth_pubtkt
  TKTAuthLoginURL https://sso/
  TKTAuthPassthruBasicAuth On
  TKTAuthPassthruBasicKey 0123456789abcdef
  <RequireAny>
    Require user ada
    Require ip 10.0.0.0/8
  </RequireAny>
  Options None
</Location>
<Location "/y">
  Options None
</Location>
<Files index.php>
  TKTAuthToken staff
</Files>
</VirtualHost>
`;
  const { apache } = migrateApache(["/a.conf"], memoryWorld({ "/a.conf": main }));
  assert.equal(
    apache,
    `# Once, outside of all virtual hosts and before them (a2enmod authnz_fcgi headers setenvif):
AuthnzFcgiDefineProvider authn countersign fcgi:///run/countersign/authorizer.sock:1/

# Then every TKTAuth line goes, and these sections are to say:

# /a.conf:1
<VirtualHost *:80>
    UseCanonicalName On
    SetEnvIfNoCase "^(?=.*[^A-Za-z0-9-])(?:remote[^A-Za-z0-9]user.*|auth[^A-Za-z0-9]type|tcp[^A-Za-z0-9]crypt[^A-Za-z0-9]sessid|x[^A-Za-z0-9](?:forwarded|countersign|original|real)[^A-Za-z0-9].*)$" "." COUNTERSIGN_ODD_HEADER=X_Countersign_Alias
    SetEnvIfExpr "%{CONN_REMOTE_ADDR} =~ /^(.+)$/" COUNTERSIGN_REMOTE_ADDRESS=$1
    Header always set Content-Type "expr=%{resp:X-Countersign-Content-Type}" "expr=-n resp('X-Countersign-Content-Type')"
    Header set Cache-Control private "expr=-z resp('Cache-Control')"
    ServerName a.example
    <Location "/x">
        AuthType mod_auth_pubtkt
        AuthnzFcgiCheckAuthnProvider countersign DefaultUser "" UserExpr "%{reqenv:AUTHN_USER}"
        RequestHeader unset Authorization env=COUNTERSIGN_AUTHORIZATION
        RequestHeader set Authorization "expr=%{reqenv:COUNTERSIGN_AUTHORIZATION}" "expr=-n reqenv('COUNTERSIGN_AUTHORIZATION')"
        RequestHeader edit* Connection "(?i)Authorization" "x"
        <RequireAny>
            Require user ada
            Require ip 10.0.0.0/8
        </RequireAny>
    </Location>
    <Files index.php>
        # Keep this empty section: for it Apache asks gatewayd again about an index (DirectoryIndex) and the like.
    </Files>
</VirtualHost>
`,
  );
});

test("says nothing where no server asks for tickets", () => {
  const { apache } = migrateApache(["/a.conf"], memoryWorld({ "/a.conf": "Listen 80" }));
  assert.equal(apache, "");
});
