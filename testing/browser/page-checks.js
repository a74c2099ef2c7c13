// @ts-nocheck Runs inside pages: there the globals are a browser's.

/** What is wrong with the page for people who use a keyboard, a screen reader or a small screen. */
export function pageProblems() {
  return [
    ...wordingProblems(),
    ...fieldProblems(),
    ...contrastProblems(),
    ...(document.documentElement.scrollWidth > innerWidth ? ["is wider than the window"] : []),
  ];

  function wordingProblems() {
    const { documentElement, title } = document;
    return [
      documentElement.lang === "" && "has no lang",
      title.trim() === "" && "has no title",
      document.querySelectorAll("h1").length !== 1 && "has not one h1",
      document.querySelectorAll("main").length !== 1 && "has not one main",
      document.querySelector("img:not([alt])") && "has an image without alt",
      document.querySelector("[tabindex]:not([tabindex='0'], [tabindex='-1'])") &&
        "has an order of focus of its own",
    ].filter(Boolean);
  }

  function fieldProblems() {
    const fields = document.querySelectorAll("input:not([type=hidden]), select, textarea, meter");
    return [...fields]
      .filter((field) => field.labels.length === 0 && !field.hasAttribute("aria-labelledby"))
      .map((field) => `has a ${field.localName} without a label`);
  }

  /** WCAG 1.4.3: 4.5 to 1, for large text 3 to 1. */
  function contrastProblems() {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const problems = [];
    while (texts.nextNode()) {
      const { parentElement: element, textContent } = texts.currentNode;
      const { width, height } = element.getBoundingClientRect();
      if (textContent.trim() === "" || width <= 1 || height <= 1) continue;
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      const backgrounds = [];
      for (let at = element; at !== null; at = at.parentElement) {
        backgrounds.unshift(getComputedStyle(at).backgroundColor);
      }
      const behind = luminance(paint(canvas, ["Canvas", ...backgrounds]));
      const text = luminance(paint(canvas, ["Canvas", ...backgrounds, color]));
      const ratio = (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
      const size = Number.parseFloat(fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) {
        problems.push(`has too little contrast (${ratio.toFixed(1)}): ${textContent.trim()}`);
      }
    }
    return problems;
  }

  /** Colours one over the other, as the browser itself mixes them. */
  function paint(canvas, colours) {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return canvas.getImageData(0, 0, 1, 1).data;
  }

  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((channel) => {
      const value = channel / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
}
