/** The headers in which an application behind a proxy finds who its visitor is. */
export interface IdentityNames {
  readonly user: string;
  readonly tokens: string;
  readonly data: string;
  readonly type: string;
  /** Of the connection that the visitor came on (RFC 8548 §3.4); no word about who that is. */
  readonly sessionId: string;
}

/** What they are called unless the site says otherwise. */
export const defaultIdentityNames: IdentityNames = {
  user: "Remote-User",
  tokens: "Remote-User-Tokens",
  data: "Remote-User-Data",
  type: "Auth-Type",
  sessionId: "Tcp-Crypt-Sessid",
};
