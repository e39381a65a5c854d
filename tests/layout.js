// What a page does to its reader on this screen: boxes that lie over each other, words that are broken, what is cut off.
// Boxes are lines of text, pictures and drawings, as far as they can be seen. An expression of a list of sentences.
(() => {
  const LEAST = 2; // pixels that two boxes may share: lines of text stand close
  const SHORT = 24; // letters of a word that no screen has to break
  const told = [];
  const shown = (element) => element.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
  const clipped = (element, box) => {
    let { left, right, top, bottom } = box;
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.clipPath !== "none") return null; // for those who hear the page
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = each.getBoundingClientRect();
      left = Math.max(left, edge.left); right = Math.min(right, edge.right);
      top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
    }
    return right - left > LEAST && bottom - top > LEAST && right > 0 ? { left, right, top, bottom } : null;
  };
  const boxes = [];
  const add = (node, element, box, text) => {
    const seen = clipped(element, box);
    if (!seen) return;
    boxes.push({ node, text, ...seen });
    if (seen.right > document.documentElement.clientWidth + 1) told.push(`cut off at the side: ${text}`);
  };
  const range = document.createRange();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !shown(element)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) add(node, element, box, node.data.trim().slice(0, 60));
    if (element.closest("svg, pre")) continue;
    for (const word of node.data.matchAll(/\S+/g)) {
      if (word[0].length > SHORT) continue;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1 && /^[\w.,:;()%]+$/.test(word[0])) // others may be broken at a sign
        told.push(`broken: ${word[0]} in ${node.data.trim().slice(0, 60)}`);
    }
  }
  for (const element of document.querySelectorAll("img, svg"))
    if (shown(element)) add(element, element, element.getBoundingClientRect(), `<${element.tagName}>`);
  boxes.sort((one, other) => one.top - other.top);
  for (let i = 0; i < boxes.length; i++) {
    const one = boxes[i];
    for (let j = i + 1; j < boxes.length && boxes[j].top < one.bottom - LEAST; j++) {
      const other = boxes[j];
      if (one.node.contains(other.node) || other.node.contains(one.node)) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > LEAST && high > LEAST) told.push(`over each other: ${one.text} | ${other.text}`);
    }
  }
  return told;
})()
