// Suggestion cards: the newest on top; a new one never takes the focus.
import { byId, element } from "./dom.js";

const KINDS = { answer: "Answer", empathy: "Acknowledge", next_step: "Next step", correction: "Put right" };
const cards = new Map();
const drafts = new Map();
let newest = null;

export function addDelta(event) {
  const text = (drafts.get(event.suggestion_id) ?? "") + event.text;
  drafts.set(event.suggestion_id, text);
  place(event.suggestion_id, element("article", { class: "card" }, element("p", { class: "text" }, text)));
}

export function showSuggestion(event, send) {
  drafts.delete(event.suggestion_id);
  const titles = (event.passages ?? []).map((passage) => `${passage.title}, version ${passage.version}`);
  const rate = (action) => () => {
    send({ type: "feedback", target_id: event.suggestion_id, action });
    settle(event.suggestion_id);
  };
  const card = element(
    "article",
    { class: "card", "data-suggestion": event.suggestion_id },
    element("div", { class: "kind" }, KINDS[event.kind] ?? event.kind),
    element("p", { class: "text" }, event.text),
    element(
      "footer",
      {},
      element("span", { class: "source" }, titles.length ? `Approved: ${titles.join("; ")}` : "No approved passage"),
      element("button", { type: "button", class: "accept", onclick: rate("accepted") }, "Used it"),
      element("button", { type: "button", class: "dismiss", onclick: rate("dismissed") }, "Dismiss"),
    ),
  );
  place(event.suggestion_id, card);
  newest = event.suggestion_id;
}

export function pressNewest(action) {
  cards.get(newest)?.querySelector(`button.${action}`)?.click();
}

function place(id, card) {
  byId("cards-empty").hidden = true;
  const before = cards.get(id);
  if (before) before.replaceWith(card);
  else {
    for (const other of cards.values()) other.classList.add("past");
    byId("cards").prepend(card);
  }
  cards.set(id, card);
}

function settle(id) {
  const card = cards.get(id);
  card?.classList.add("past");
  for (const button of card?.querySelectorAll("button") ?? []) button.disabled = true;
  if (newest === id) newest = null;
}
