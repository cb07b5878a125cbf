/* What tests/helpers/looked.py measures in the browser. Documents take each other's place in one
   page, so that style sheets and axe are read once; whatever a page's own scripts do is done anew. */
"use strict";

(() => {
  const WITHOUT_COLOUR = { "color-contrast": { enabled: false }, "link-in-text-block": { enabled: false } };
  const OFTEN = { resultTypes: ["violations", "incomplete"], preload: false, selectors: false };
  const measured = new Set();

  async function show(html) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const root = document.documentElement;
    for (const { name } of [...root.attributes]) root.removeAttribute(name);
    for (const { name, value } of next.documentElement.attributes) root.setAttribute(name, value);
    document.title = next.title;
    const scripts = [...next.querySelectorAll("script[src]")].map((one) => one.getAttribute("src"));
    document.body.replaceWith(document.adoptNode(next.body));
    for (const src of scripts) {
      await new Promise((go, fail) => {
        const script = Object.assign(document.createElement("script"), { src, onload: go, onerror: fail });
        document.head.append(script);
      });
    }
    scrollTo(0, 0);
  }

  const style = (element) => getComputedStyle(element);
  const parts = (colour) => {
    const [r, g, b, a = 1] = (colour.match(/[\d.]+/g) || []).map(Number);
    return colour.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) => below.map((value, i) => (i < 3 ? top[i] * top[3] + value * (1 - top[3]) : 1));
  const light = (colour) => {
    const [r, g, b] = colour
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };

  /* What is painted behind an element: shapes of a drawing, then the boxes around it. */
  function behind(element) {
    const layers = [];
    const box = element.getBoundingClientRect();
    if (element instanceof SVGElement && element.ownerSVGElement) {
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      for (const shape of element.ownerSVGElement.querySelectorAll("rect, path, circle, polygon")) {
        const at = shape.getBoundingClientRect();
        const fill = style(shape).fill;
        if (at.left <= x && x <= at.right && at.top <= y && y <= at.bottom && fill.startsWith("rgb")) layers.unshift(parts(fill));
      }
    }
    for (let one = element; one; one = one.parentElement) {
      if (!(one instanceof SVGElement) || one === element.ownerSVGElement) layers.push(parts(style(one).backgroundColor));
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  }

  function textContrast(element) {
    const ground = behind(element);
    const drawn = element instanceof SVGElement ? style(element).fill : style(element).color;
    return contrast(over(parts(drawn), ground), ground);
  }

  /* One small number for each way of standing on backgrounds. */
  const grounds = new Map();
  function groundOf(element, known) {
    if (!element) return 0;
    if (!known.has(element)) {
      const { backgroundColor, backgroundImage, opacity, position, filter } = style(element);
      const outer = groundOf(element.parentElement, known);
      const fill = element instanceof SVGElement ? style(element).fill : "";
      const own = [backgroundColor, backgroundImage, opacity, filter, fill, position].join();
      const plain = own === "rgba(0, 0, 0, 0),none,1,none,,static";
      const key = `${own}<${outer}`;
      if (!plain && !grounds.has(key)) grounds.set(key, grounds.size + 1);
      known.set(element, plain ? outer : grounds.get(key));
    }
    return known.get(element);
  }

  /* Texts in colours and sizes that axe has not measured yet at this width and in this scheme. */
  function unmeasured() {
    const asked = new Set(document.querySelectorAll("input:not([type=hidden]), select, textarea"));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (texts.currentNode.data.trim()) asked.add(texts.currentNode.parentElement);
    const known = new Map();
    return [...asked].filter((element) => {
      if (!element.checkVisibility()) return false;
      const { color, fontSize, fontWeight, textDecorationLine } = style(element);
      const outer = element.parentElement ? style(element.parentElement).color : "";
      const control = element.closest("a, button, :disabled")?.tagName ?? element.tagName;
      const looks = [control, color, fontSize, fontWeight, textDecorationLine, outer, groundOf(element, known)].join();
      return !measured.has(looks) && measured.add(looks);
    });
  }

  const tell = (rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 240)}\n      ${(node.failureSummary || "").slice(0, 400)}`);

  async function axeOnTheRest(tags) {
    const found = await axe.run(document, { ...OFTEN, runOnly: tags, rules: WITHOUT_COLOUR });
    return [...found.violations, ...found.incomplete].flatMap(tell);
  }

  async function axeOnColour() {
    const include = unmeasured();
    if (!include.length) return [];
    const found = await axe.run({ include }, { ...OFTEN, elementRef: true, runOnly: ["color-contrast", "link-in-text-block"] });
    const unsure = found.incomplete.flatMap((rule) =>
      rule.nodes
        .map(({ element }) => [element, textContrast(element)])
        .filter(([, ratio]) => !(ratio >= 4.5))
        .map(([element, ratio]) => `${rule.id}, measured by us: ${ratio.toFixed(2)} ${element.outerHTML.slice(0, 240)}`),
    );
    return [...found.violations.flatMap(tell), ...unsure];
  }

  const HIDDEN = ".visually-hidden, .skip-link, [hidden]";
  const short = (element) => element.outerHTML.slice(0, 160);

  /* Nothing wider than the window but what scrolls by itself, and no text cut off by its box. */
  function reflow() {
    const faults = [];
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > room) {
      const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room + 1);
      faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} of ${room}: ${wide.slice(-2).map(short)}`);
    }
    for (const element of document.body.querySelectorAll("*")) {
      const { overflowX, overflowY, textOverflow } = style(element);
      const clips = (value) => value === "hidden" || value === "clip";
      if (element instanceof SVGElement || (!clips(overflowX) && !clips(overflowY)) || element.closest(HIDDEN)) continue;
      if (!element.checkVisibility() || !element.innerText.trim() || textOverflow === "ellipsis") continue;
      const sideways = clips(overflowX) && element.scrollWidth > element.clientWidth + 1;
      const down = clips(overflowY) && element.scrollHeight > element.clientHeight + 1;
      if ((sideways || down) && style(element).clipPath === "none") faults.push(`cut off: ${short(element)}`);
    }
    return faults;
  }

  /* What moves although the person asked for stillness, and pictures without a name. */
  function stillAndNamed() {
    const moving = document.getAnimations().map((one) => `moves: ${short(one.effect.target)}`);
    const nameless = [...document.querySelectorAll("svg")].filter((drawing) => {
      if (drawing.closest("[aria-hidden=true]") || !drawing.checkVisibility()) return false;
      const whole = drawing.closest("[role=img]");
      const title = whole?.querySelector(":scope > title")?.textContent;
      const by = (whole?.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent);
      return ![whole?.getAttribute("aria-label"), title, ...by].some((name) => name?.trim());
    });
    return [...moving, ...nameless.map((one) => `a drawing without a name: ${short(one)}`)];
  }

  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

  /* How visible the focus is on an element that has it: the ring's width and its contrast. */
  function ring(element) {
    const shown = element.matches(".choice input, .visually-hidden") ? element.closest("label, .choice") ?? element : element;
    const { outlineStyle, outlineWidth, outlineColor } = style(shown);
    const width = outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
    const ground = behind(shown.parentElement ?? shown);
    return { width, contrast: contrast(over(parts(outlineColor), ground), ground) };
  }

  function focusRings() {
    const faults = [];
    for (const element of document.querySelectorAll(FOCUSABLE)) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.disabled) continue;
      const key = `ring|${element.tagName}|${element.type}|${element.className}|${element.parentElement.className}|${style(element.parentElement).backgroundColor}`;
      if (measured.has(key)) continue;
      measured.add(key);
      element.focus({ preventScroll: true });
      if (document.activeElement !== element) continue;
      const seen = ring(element);
      if (!(seen.width >= 2 && seen.contrast >= 3)) faults.push(`focus hardly seen: ${seen.width}px, ${seen.contrast.toFixed(2)}: ${short(element)}`);
    }
    document.activeElement?.blur();
    return faults;
  }

  /* `what`: {fits, unfolded, colours: whether; rules: axe's tags, or none}. */
  async function look(html, what) {
    await show(html);
    const faults = [];
    if (what.fits) faults.push(...reflow());
    if (what.unfolded && document.querySelector("details:not([open])")) {
      for (const fold of document.querySelectorAll("details")) fold.open = true;
      faults.push(...reflow());
    }
    if (what.colours) faults.push(...(await axeOnColour()), ...focusRings());
    if (what.rules) faults.push(...stillAndNamed(), ...(await axeOnTheRest(what.rules)));
    return [...new Set(faults)];
  }

  window.measuring = { look, ring, textContrast };
})();
