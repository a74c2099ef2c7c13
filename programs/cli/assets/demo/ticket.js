// Shows times as the visitor's clock has them, and the ticket's life as it passes. Pages work
// without it.

for (const element of document.querySelectorAll("time")) {
  const moment = new Date(element.dateTime);
  const isToday = moment.toDateString() === new Date().toDateString();
  element.textContent = moment.toLocaleString(undefined, {
    dateStyle: isToday ? undefined : "medium",
    timeStyle: "medium",
  });
}

const life = document.querySelector(".life");
const meter = life?.querySelector("meter");
const text = life?.querySelector("p");

if (life && meter && text) {
  const { now, graceAfter, validUntil } = life.dataset;
  // The page's own age counts, so that a wrong clock here does not matter.
  const secondsNow = () => Number(now) + Math.floor(performance.now() / 1000);
  const show = () => {
    const fresh = Number(graceAfter) - secondsNow();
    const left = Number(validUntil) - secondsNow();
    meter.value = Math.max(0, left);
    if (left < 0) {
      text.textContent = "It has ended: the next page you open asks you to sign in.";
      clearInterval(ticking);
    } else if (fresh < 0) {
      text.textContent = `It ends in ${inWords(left)}: the next page you open renews it.`;
    } else {
      text.textContent = `Due for renewal in ${inWords(fresh)}, ends in ${inWords(left)}.`;
    }
  };
  const ticking = setInterval(show, 1000);
  show();
}

/** @param {number} seconds */
function inWords(seconds) {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
