import type { VisitHeaders } from "../visit/visit.ts";
import { wantsPage } from "../visit/wants-page.ts";
import { type Answer, type Problem, problemAnswer } from "./answer.ts";
import { textPage } from "./page.ts";
import { badRequestTexts, reasonTexts } from "./reason.ts";

/** Tells a person or a program, whichever came, that this is all. */
export function plainAnswer(problem: Problem, headers: VisitHeaders): Answer {
  if (!wantsPage(headers)) return problemAnswer(problem);
  return textPage(problem.status, problem.title, [sentence(texts[problem.reason] ?? "")]);
}

const texts: Readonly<Record<string, string>> = { ...reasonTexts, ...badRequestTexts };

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
