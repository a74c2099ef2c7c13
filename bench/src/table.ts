import type { Comparison, Spread } from "./measure.ts";

/** One line of the report: a ratio with its goal, or a figure for information. */
export type Row =
  | {
      readonly name: string;
      readonly peer: string;
      /** The least ratio that was aimed at; unset: it stands there to compare. */
      readonly goal?: number;
      readonly comparison: Comparison;
    }
  | {
      readonly name: string;
      readonly information: string;
      /** Whether it keeps what was aimed at; unset: nothing was. */
      readonly keepsGoal?: boolean;
    };

/** The report as a Markdown table, as bench/README.md keeps it. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    "comparison" in row
      ? [
          row.name,
          row.peer,
          `**${spread(row.comparison.ratio)}**`,
          row.goal === undefined ? "" : `at least ${row.goal}`,
          kept(row.goal === undefined ? undefined : row.comparison.ratio.median >= row.goal),
          `${rate(row.comparison.ours)} : ${rate(row.comparison.peer)}`,
        ]
      : [row.name, "information", row.information, "", kept(row.keepsGoal), ""],
  );
  const head = ["Measured", "Against", "Ratio: median (min to max)", "Goal", "Met", "Per second"];
  return [head, head.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function spread({ median, min, max }: Spread): string {
  return `${digits(median)} (${digits(min)} to ${digits(max)})`;
}

function digits(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `12,345` or `3.46 million`. */
export function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} million`;
  return Math.round(perSecond).toLocaleString("en");
}

function kept(keepsGoal: boolean | undefined): string {
  if (keepsGoal === undefined) return "";
  return keepsGoal ? "yes" : "no";
}
