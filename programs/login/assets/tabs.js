// Lets the tabs of one browser follow each other: signing in or out in one brings the others on.
// Every page works without it.

const channel = "BroadcastChannel" in window ? new BroadcastChannel("countersign") : undefined;
const form = document.querySelector("form[data-when-signed-in]");
const announcement = document.body.dataset.announce;

if (announcement) channel?.postMessage(announcement);

for (const time of document.querySelectorAll("time")) {
  const moment = new Date(time.dateTime);
  time.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** Whether this browser has a valid ticket by now; `false` when the server cannot say. */
async function isSignedIn() {
  try {
    const answer = await fetch("/whoami", { headers: { accept: "application/json" } });
    return answer.ok && (await answer.json()).signedIn === true;
  } catch {
    return false;
  }
}

let isAsking = false;

/** Leaves the form when another tab has signed in; never while this one is signing in itself. */
async function follow() {
  if (isAsking || form?.dataset.isSending) return;
  isAsking = true;
  if (await isSignedIn()) location.replace(form.dataset.whenSignedIn);
  isAsking = false;
}

if (form) {
  form.addEventListener("submit", () => {
    form.dataset.isSending = "yes";
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") follow();
  });
  // Back from the cache of pages, the form may be from before a sign-in.
  window.addEventListener("pageshow", (event) => {
    delete form.dataset.isSending;
    if (event.persisted) follow();
  });
}

channel?.addEventListener("message", ({ data }) => {
  if (data === "signed-in" && form) follow();
  if (data === "signed-out" && announcement === "signed-in") location.reload();
});
