// What the tests ask of a page. Everything is found in the page itself, so that no new section, table or picture is left out.
(() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });

  // What is for a screen reader alone lies in a frame of one pixel.
  function forEars(element) {
    for (let around = element; around; around = around.parentElement) {
      if (around.offsetWidth === 1 && around.offsetHeight === 1 && getComputedStyle(around).overflow === "hidden") return true;
    }
    return false;
  }

  // Every piece of text that is shown, with the boxes of its lines in CSS pixels of the window.
  function* texts(root = document.body) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement;
      if (!node.data.trim() || holder.closest("script, style, title, desc") || !seen(holder) || forEars(holder)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
      if (boxes.length) yield { node, holder, boxes, text: node.data.trim().slice(0, 60) };
    }
  }

  // Letters as they are seen: a picture that is drawn smaller has smaller letters.
  function size(holder) {
    const own = parseFloat(getComputedStyle(holder).fontSize);
    const matrix = holder instanceof SVGGraphicsElement ? holder.getScreenCTM() : null;
    return matrix ? own * Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c)) : own;
  }

  const name = (element) => element.tagName.toLowerCase() + (element.classList.length ? "." + [...element.classList].join(".") : "");
  const clips = (element) => element instanceof SVGSVGElement || getComputedStyle(element).overflowX !== "visible";
  const across = (box, frame) => box.left < frame.left - 1 || box.right > frame.right + 1;
  const down = (box, frame) => box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  const within = (box, frame) =>
    box.left < frame.right - 1 && box.right > frame.left + 1 && box.top < frame.bottom - 1 && box.bottom > frame.top + 1;

  // What stands between spaces at a place of a text.
  const tokenAt = (text, at) => /\S*$/u.exec(text.slice(0, at))[0] + /^\S*/u.exec(text.slice(at))[0];

  // How a line of text is spoilt by what stands around it; an empty text if it is not.
  function spoilt(holder, box) {
    let inside = true; // no frame that scrolls has come by
    for (let around = holder; around && around !== document.body; around = around.parentElement) {
      if (around instanceof SVGElement && !(around instanceof SVGSVGElement)) continue;
      const style = getComputedStyle(around);
      const frame = around.getBoundingClientRect();
      if (style.display === "inline" && !clips(around)) continue;
      const scrolls = style.overflowX === "auto" || style.overflowX === "scroll";
      if (clips(around) && (across(box, frame) || (down(box, frame) && style.overflowY !== "visible"))) {
        if (within(box, frame)) return "is cut in two by the edge of " + name(around);
        if (!scrolls || around.tabIndex < 0) return "lies where nobody comes, beyond " + name(around);
      } else if (inside && across(box, frame)) {
        return "runs out of " + name(around);
      }
      if (scrolls) inside = false;
    }
    return "";
  }

  window.rules = {
    // how far the page is wider than the window, and what makes it so
    wide() {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return [];
      const out = [...document.body.querySelectorAll("*")].filter((one) => seen(one) && one.getBoundingClientRect().right > root.clientWidth + 1);
      return [`${root.scrollWidth} in ${root.clientWidth}`, ...out.slice(0, 5).map(name)];
    },
    cut() {
      const found = [];
      for (const { holder, boxes, text } of texts()) {
        const said = boxes.map((box) => spoilt(holder, box)).find(Boolean);
        if (said) found.push(`“${text}” ${said}`);
      }
      return found;
    },
    // words of tables, tiles and the drawn chain that go on in the next line without a hyphen
    broken() {
      const found = [];
      for (const { node, holder, boxes } of texts()) {
        if (boxes.length < 2 || !holder.closest("table, .tiles, .chain")) continue;
        for (const word of node.data.matchAll(/\p{L}{2,}/gu)) {
          if (/:\/\/\S*$/u.test(node.data.slice(0, word.index))) continue;  // in an address, where a hyphen would lie
          if (/(^|\s)(?=[0-9a-f]*\d)[0-9a-f]{7,}\+?(?=\s|$)/u.test(tokenAt(node.data, word.index))) continue;  // a hash is no word
          const lines = new Set([word.index, word.index + word[0].length - 1].map((at) => {  // of its first and its last letter
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            return Math.round([...range.getClientRects()].at(-1)?.top);
          }));
          if (lines.size > 1) found.push(`“${word[0]}” in ${name(holder)}`);
        }
      }
      return found;
    },
    small(least) {
      return [...texts()].filter(({ holder }) => size(holder) < least).map(({ holder, text }) => `“${text}” ${size(holder).toFixed(1)} px`);
    },
    // pictures without letters of their own: those could not be measured
    mute() {
      const drawn = [...document.querySelectorAll("[role=img], svg, img, canvas")].filter((one) => seen(one) && !one.closest("[aria-hidden=true]"));
      return drawn.filter((one) => [...texts(one)].length === 0).map((one) => name(one) + " " + (one.getAttribute("aria-label") || ""));
    },
    // pairs of texts of one picture of which one lies on the other
    over() {
      const found = [];
      for (const picture of document.querySelectorAll("svg")) {
        const all = [...texts(picture)].flatMap(({ boxes, text }) => boxes.map((box) => ({ box, text })));
        all.forEach((one, at) => all.slice(at + 1).forEach((other) => {
          const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          if (wide > 2 && high > 0.3 * Math.min(one.box.height, other.box.height)) found.push(`“${one.text}” on “${other.text}”`);
        }));
      }
      return found;
    },
    // texts that run over the right edge of paper whose lines are this wide; a browser prints such a page smaller, or cuts it
    beyond(width) {
      document.body.style.width = width + "px";
      return [...texts()].filter(({ boxes }) => boxes.some((box) => box.right > width + 2)).map(({ text }) => `“${text}”`);
    },
    // all that is said in the language that is shown, in folds too; not what only a screen can do
    said() {
      const language = document.documentElement.dataset.show || document.documentElement.lang;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const holder = node.parentElement;
        if (!node.data.trim() || holder.closest("script, style, title, desc, button, nav, [hidden], [data-screen-only]") || forEars(holder)) continue;
        if (holder.closest("[lang]").lang.slice(0, 2) === language) found.push(node.data.trim());
      }
      return found;
    },
    // the languages of all texts that are shown, but the name of a language on its switch
    tongues() {
      return [...new Set([...texts()].filter(({ holder }) => !holder.closest("#switch")).map(({ holder }) => holder.closest("[lang]").lang))];
    },
    // the role that each part of a table has to have for a screen reader
    parts() {
      const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
      return [...document.querySelectorAll("table, thead, tbody, tr, td, th")].filter(seen)
        .map((one) => roles[one.tagName] || (one.scope === "row" ? "rowheader" : "columnheader"));
    },
    headings() {
      return [...document.querySelectorAll("h1, h2, h3, h4, h5, h6, caption, summary")]
        .map((one) => one.innerText || [...one.querySelectorAll(`[lang=${document.documentElement.lang}]`)].map((part) => part.textContent).join(" "))
        .filter((text) => text.trim());
    },
    // what has the focus: whether it does anything, and whether one can see that it has it
    focus() {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const style = getComputedStyle(one);
      const scrolls = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
      return {
        what: `${name(one)} “${(one.innerText || one.getAttribute("aria-label") || "").trim().slice(0, 50)}”`,
        does: one.matches("a[href], button, summary, input, select, textarea") || scrolls,
        visible: seen(one) && (style.outlineStyle !== "none" || style.boxShadow !== "none"),
      };
    },
  };
})();
