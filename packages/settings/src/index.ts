export { type AddressBlock, addressBlock, addressBlocks } from "./address-block.ts";
export { jsonSchemaOf } from "./json-schema.ts";
export { type ListenAddress, listenAddress, writeListenAddress } from "./listen-address.ts";
export { origin } from "./origin.ts";
export { type ParsedSettings, parseSettings, type SettingsSource } from "./parse-settings.ts";
export { byPosition, describeProblem, type Problem } from "./problem.ts";
export { recogniseSettings } from "./recognise-settings.ts";
export { referencePageOf } from "./reference-page.ts";
export {
  type AcrossSettings,
  acrossSettings,
  entriesOf,
  type IsRight,
  type PartlyRight,
} from "./right-settings.ts";
export { seconds } from "./seconds.ts";
export { filePath, type SecretSource, secretSource } from "./secret-source.ts";
export { settingProblem } from "./setting-problem.ts";
export { settingsHelpOf } from "./settings-help.ts";
