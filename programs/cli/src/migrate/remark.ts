/** Where something stands. */
export interface Position {
  readonly file: string;
  readonly line: number;
}

/** What became of a line: `error`: it is not carried over. `warning`: its meaning changes. */
export interface Remark extends Position {
  readonly level: "error" | "warning";
  readonly text: string;
}

/** Takes a remark down; one that was made before is not repeated. */
export type Report = (level: Remark["level"], at: Position, text: string) => void;

/** Collects remarks. */
export interface Remarks {
  readonly report: Report;
  /** By file and line. */
  all(): readonly Remark[];
}

/** No remarks yet. */
export function createRemarks(): Remarks {
  const remarks = new Map<string, Remark>();
  return {
    report(level, { file, line }, text) {
      remarks.set(JSON.stringify([file, line, text]), { level, file, line, text });
    },
    all: () => [...remarks.values()].sort((a, b) => compare(a.file, b.file) || a.line - b.line),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
