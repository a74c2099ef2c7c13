import type { GatewayOptions } from "./gateway-options.ts";
import type { Position, Remark } from "./remark.ts";
import type { SitePlace } from "./site-places.ts";

/** A site as it goes into gateway.yaml. */
export interface GatewaySite {
  readonly origin: string;
  /** Where it came from, for a comment. */
  readonly at: Position;
  readonly options: GatewayOptions;
  readonly places: readonly SitePlace[];
}

/**
 * The settings of gatewayd as YAML. What could not be carried over becomes a setting that there is
 * not, so that gatewayd does not start before somebody has looked at it.
 */
export function gatewayYaml(
  socket: string,
  sites: readonly GatewaySite[],
  errors: readonly Remark[] = [],
): string {
  return [
    "# Written by countersign migrate apache. Look it over, then: countersign check gateway.yaml",
    ...(errors.length === 0 ? [] : unresolvedLines(errors)),
    `fastcgi: [${scalar(`unix:${socket}`)}]`,
    sites.length === 0 ? "sites: []" : "sites:",
    ...sites.flatMap(siteLines),
    "",
  ].join("\n");
}

function unresolvedLines(errors: readonly Remark[]): readonly string[] {
  return [
    "# gatewayd does not start with these lines: take each out when you have seen to it.",
    "unresolved:",
    ...errors.map(({ file, line, text }) => `  - ${scalar(`${file}:${line}: ${text}`)}`),
  ];
}

function siteLines({ origin, at, options, places }: GatewaySite): readonly string[] {
  const settings = {
    origin,
    compatibility: "mod_auth_pubtkt",
    // The module sends everybody elsewhere, programs too, and counts no rounds.
    answerWith: "redirects",
    loopBreaker: false,
    ...options,
  };
  const lines = [`  # ${at.file}:${at.line}`, ...item("  ", settings)];
  if (places.length === 0) return lines;
  return [...lines, "    places:", ...places.flatMap(placeLines)];
}

function placeLines({ address, conditions, options }: SitePlace): readonly string[] {
  return item("      ", { [address.kind]: address.text, ...conditions, ...options });
}

function item(indentation: string, settings: GatewayOptions): readonly string[] {
  return Object.entries(settings).map(
    ([name, value], index) => `${indentation}${index === 0 ? "- " : "  "}${name}: ${scalar(value)}`,
  );
}

/** In the flow style that YAML shares with JSON; plain words stand without quotes. */
function scalar(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(scalar).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([name, one]) => `${name}: ${scalar(one)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  const isPlain = typeof value === "string" && /^[a-z][a-z0-9_-]*$/i.test(value);
  return isPlain && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
