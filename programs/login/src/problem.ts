/** What a visitor can run into that is not about their ticket. */
export type Problem =
  | "bad-request"
  | "forged-form"
  | "not-found"
  | "method-not-allowed"
  | "too-large"
  | "not-a-form"
  | "too-many-attempts"
  | "renewal-loop"
  | "unavailable";

/** Status and plain words of each problem. */
export const problems: Record<
  Problem,
  { readonly status: number; readonly title: string; readonly text: string }
> = {
  "bad-request": {
    status: 400,
    title: "This request makes no sense here",
    text: "The address or the form is incomplete, or says the same thing twice.",
  },
  "forged-form": {
    status: 403,
    title: "This form is no longer valid",
    text: "It has been open for too long, or another site sent it. Nothing was done.",
  },
  "not-found": {
    status: 404,
    title: "There is no such page",
    text: "The address may be misspelled, or the page may be gone.",
  },
  "method-not-allowed": {
    status: 405,
    title: "This page cannot be used that way",
    text: "The page exists, but not for this kind of request.",
  },
  "too-large": {
    status: 413,
    title: "That is too much",
    text: "The form holds more than this server reads. Nothing was done.",
  },
  "not-a-form": {
    status: 415,
    title: "That is not a form",
    text: "This server reads ordinary web forms only.",
  },
  "too-many-attempts": {
    status: 429,
    title: "Too many attempts",
    text: "There were too many attempts to sign in, by you or by someone else. To keep guessers out, everybody has to wait.",
  },
  "renewal-loop": {
    status: 508,
    title: "The site keeps asking for renewal",
    text: "The site sends you here to renew your sign-in, but does not notice that it was renewed. Its clock may be wrong, or your browser may not give it the new cookie. You are signed in; please tell the site's administrator.",
  },
  unavailable: {
    status: 503,
    title: "Signing in is not possible at the moment",
    text: "Something behind this page does not answer. Your name and password were not checked. Please try again in a moment.",
  },
};
