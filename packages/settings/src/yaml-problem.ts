import type { ErrorCode, YAMLError } from "yaml";

// The library's own messages quote the file, and with it perhaps a secret.
const words = {
  ALIAS_PROPS: "an alias without a tag or an anchor",
  BAD_ALIAS: "a value, not an alias",
  BAD_COLLECTION_TYPE: "a value without a tag that contradicts it",
  BAD_DIRECTIVE: "no directive (a line that starts with %)",
  BAD_DQ_ESCAPE: 'a known escape after "\\" in double quotes (or write the text in single quotes)',
  BAD_INDENT:
    "lines of one group to be indented alike (look at the lines beside this one, too), and every bracket and quote to be closed",
  BAD_PROP_ORDER: "tags and anchors before the value",
  BAD_SCALAR_START: "quotes around text that starts with @ or `",
  BLOCK_AS_IMPLICIT_KEY: 'one "name: value" per line (quote text that holds ": ")',
  BLOCK_IN_FLOW: "no indented group inside brackets",
  DUPLICATE_KEY: "each setting once; this one was given before",
  IMPOSSIBLE: "YAML",
  KEY_OVER_1024_CHARS: "a name of at most 1024 characters",
  MISSING_CHAR: "a closing bracket or quote, or a comma or colon, that is missing here",
  MULTILINE_IMPLICIT_KEY: '"name:" on one line',
  MULTIPLE_ANCHORS: "no anchor",
  MULTIPLE_DOCS: "one document: nothing after a line of ---",
  MULTIPLE_TAGS: "no tag",
  NON_STRING_KEY: "plain text as a setting's name",
  RESOURCE_EXHAUSTION: "far fewer levels of nesting",
  TAB_AS_INDENT: "spaces for indentation, not tabs",
  TAG_RESOLVE_FAILED: "a plain value without a tag (!name)",
  UNEXPECTED_TOKEN: "something else here (YAML does not allow this; does the text need quotes?)",
} satisfies Record<ErrorCode, string>;

/** What a line that is indented wrongly may end in, which YAML notices there or a line beside it. */
const indentationCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BLOCK_AS_IMPLICIT_KEY",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
  "NON_STRING_KEY",
  "UNEXPECTED_TOKEN",
]);

/** What would be right in place of what the YAML library found. */
export function yamlProblem({ code, message }: Pick<YAMLError, "code" | "message">): string {
  // Nothing is missing: the line stands further left than the list's text, and further right than its "-".
  if (code === "MISSING_CHAR" && message.startsWith("Sequence item without"))
    return words.BAD_INDENT;
  if (!indentationCodes.has(code)) return words[code];
  return `${words[code]}, or another indentation of this line or of one beside it`;
}
