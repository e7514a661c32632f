// The transcript: one row a segment, in the order of speech; partials and corrections replace.
import { byId, clock, element } from "./dom.js";

const NAMES = { agent: "You", patient: "Patient", other: "Other", system: "System" };
const SHOWN_MS = 8_000;
const rows = new Map();

export function showUtterance(event, send) {
  const list = byId("transcript");
  byId("transcript-empty").hidden = true;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const row = element(
    "li",
    { "data-speaker": event.speaker, "data-final": String(event.final), id: `row-${event.segment_id}`, tabindex: "-1" },
    element("time", {}, clock(event.start_ms)),
    element("div", {}, element("div", { class: "who" }, NAMES[event.speaker]), words(event, send)),
  );
  row.dataset.start = event.start_ms;
  const before = rows.get(event.segment_id);
  if (before) before.remove();
  rows.set(event.segment_id, row);
  const later = [...list.children].find((other) => Number(other.dataset.start) > event.start_ms);
  list.insertBefore(row, later ?? null);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function words(event, send) {
  const line = element("div", { class: "words" });
  let at = 0;
  // spans count Unicode code points; JavaScript strings count UTF-16 units
  const text = Array.from(event.text);
  for (const entity of event.entities ?? []) {
    line.append(text.slice(at, entity.start).join(""), chip(entity, send));
    at = entity.end;
  }
  line.append(text.slice(at).join(""));
  if (event.withheld) line.append(element("span", { class: "quiet" }, ` (${event.withheld})`));
  return line;
}

function chip(entity, send) {
  // a date may keep its year or its distance to another: <DATE_2: 3 days before DATE_1>
  const note = entity.placeholder.match(/: ([^<>]*)>$/)?.[1] ?? "";
  const label = [entity.type, note].filter(Boolean).join(" · ").toLowerCase().replaceAll("_", " ");
  return element(
    "button",
    {
      type: "button", class: "chip", "data-placeholder": entity.placeholder, "data-label": label,
      "aria-label": `Masked ${label}. Press to reveal for some seconds.`,
      onclick: () => send({ type: "reveal", placeholder: entity.placeholder }),
    },
    label,
  );
}

export function reveal(event) {
  for (const button of document.querySelectorAll("button.chip")) {
    if (button.dataset.placeholder !== event.placeholder) continue;
    button.textContent = event.text;
    button.classList.add("open");
    setTimeout(() => {
      button.textContent = button.dataset.label;
      button.classList.remove("open");
    }, SHOWN_MS);
  }
}

export function pointTo(segmentId) {
  const row = rows.get(segmentId);
  if (!row) return;
  for (const other of document.querySelectorAll(".pointed")) other.classList.remove("pointed");
  row.classList.add("pointed");
  row.scrollIntoView({ block: "center" });
  row.focus({ preventScroll: true });
}
