export {
  type AuthorizerConnection,
  type AuthorizerLimits,
  defaultLimits,
  type Effect,
  finish,
  isAwaited,
  newConnection,
  receive,
  type Step,
} from "./authorizer.ts";
export { FastCgiError, type FastCgiErrorCode, fastCgiErrorTexts } from "./fastcgi-error.ts";
export { maxPairs, readNameValues, writeNameValues } from "./name-values.ts";
export { type FastCgiRecord, RecordReader, readRecord, recordType, writeRecord } from "./record.ts";
export {
  type AuthorizerResponse,
  type ProtocolStatus,
  writeRefusal,
  writeResponse,
} from "./response.ts";
