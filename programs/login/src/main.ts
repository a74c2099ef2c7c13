/**
 * The login server: who are you?
 *
 * @module
 */

export { auditEventTexts, auditReasonTexts } from "./audit.ts";
export { LoginError, type LoginErrorCode, loginErrorTexts } from "./login-error.ts";
export { returnRefusalTexts } from "./return-address.ts";
export { type LoginSettings, loginSettings } from "./settings.ts";
export { matchesSite } from "./site-pattern.ts";
export { type RunningLogin, startLogin } from "./start.ts";
export type { User } from "./user.ts";
export {
  openUsers,
  type UserChange,
  type UserOptions,
  type UserRefusal,
  type Users,
  userRefusalTexts,
} from "./users.ts";
export type { World } from "./world.ts";
