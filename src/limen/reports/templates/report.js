"use strict";

// Filters: every form narrows the list that it names; fields without a value let everything through.
for (const form of document.querySelectorAll("form.filters")) {
  const items = [...document.getElementById(form.dataset.for).querySelectorAll(".item")];
  const texts = items.map((item) => item.textContent.toLowerCase());
  const fields = [...form.querySelectorAll("[data-filter]")];
  const output = form.querySelector("output");
  const apply = () => {
    const wanted = fields.map((field) => [field.dataset.filter, field.value.trim()]).filter(([, value]) => value);
    let shown = 0;
    items.forEach((item, index) => {
      const fits = wanted.every(([name, value]) =>
        name === "text" ? texts[index].includes(value.toLowerCase()) : item.dataset[name] === value);
      item.hidden = !fits;
      if (fits) shown += 1;
    });
    output.textContent = `${shown} of ${items.length}`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}

// Links: what they point at is shown even where a filter hides it, and a finding opens.
const reveal = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target || target.tagName === "SECTION") return;
  target.hidden = false;
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView({ block: "center" });
};
addEventListener("hashchange", reveal);
reveal();

// Map: a component under the pointer, or held by a click, stands out with its flows and their other ends.
const map = document.querySelector(".map svg");
const caption = document.getElementById("map-caption");
const nodes = new Map([...map.querySelectorAll(".node")].map((node) => [node.dataset.component, node]));
const edges = [...map.querySelectorAll(".edge")];
let held = null;
const light = (node) => {
  for (const lit of map.querySelectorAll(".lit")) lit.classList.remove("lit");
  map.classList.toggle("focus", Boolean(node));
  caption.textContent = node ? node.dataset.words : "";
  if (!node) return;
  const name = node.dataset.component;
  node.classList.add("lit");
  for (const edge of edges) {
    if (edge.dataset.source !== name && edge.dataset.target !== name) continue;
    edge.classList.add("lit");
    nodes.get(edge.dataset.source).classList.add("lit");
    nodes.get(edge.dataset.target).classList.add("lit");
  }
};
for (const node of nodes.values()) {
  node.addEventListener("pointerenter", () => { if (!held) light(node); });
  node.addEventListener("pointerleave", () => { if (!held) light(null); });
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    held = held === node ? null : node;
    light(held);
  });
}
map.addEventListener("click", () => { held = null; light(null); });
for (const edge of edges) {
  edge.addEventListener("pointerenter", () => { caption.textContent = edge.dataset.words; });
  edge.addEventListener("pointerleave", () => { caption.textContent = held ? held.dataset.words : ""; });
  edge.addEventListener("focus", () => { caption.textContent = edge.dataset.words; });
}

// Print: findings are opened, so that paper shows what the screen can.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
