// The supervisor's page: every escalation of the tenant, what waits first.
import { Connection } from "./connection.js";
import { byId, element } from "./dom.js";
import { drawnEscalation, redraw, since, waits } from "./escalations.js";
import { token } from "./token.js";

const CLOSED_SHOWN = 10;
const found = new Map();
const send = (message) => connection.send(message);

function show(event) {
  found.set(`${event.conversation_id} ${event.escalation_id}`, event);
  draw();
}

function draw() {
  const rank = (event) => (waits(event) ? 0 : event.status === "closed" ? 2 : 1);
  const sorted = [...found.values()].sort((a, b) => rank(a) - rank(b) || since(a) - since(b));
  const open = sorted.filter((event) => event.status !== "closed");
  const closed = sorted.filter((event) => event.status === "closed").slice(-CLOSED_SHOWN);
  byId("none").hidden = open.length + closed.length > 0;
  redraw(byId("escalations"), [...open, ...closed].map(drawn));
}

function drawn(event) {
  return element("li", { class: "panel", "data-escalation": event.escalation_id, "data-status": event.status },
    element("h2", {}, event.title || "Escalation"),
    element("p", { class: "quiet" }, "Call ",
      element("a", { href: `/agent/${encodeURIComponent(event.conversation_id)}` }, event.conversation_id)),
    drawnEscalation(event, send, "Acknowledge"),
    event.note ? element("p", {}, event.note) : "");
}

function heard(event) {
  if (event.type === "escalation") {
    show(event);
    if (waits(event)) byId("news").textContent = `${event.title || "Escalation"}: ${event.to} called`;
  } else if (event.type === "error") {
    byId("notice").textContent = event.message;
    byId("notice").hidden = false;
  }
}

// What stands open, on every new connection: what was closed meanwhile is no longer among it.
async function list() {
  const before = new Map(found);
  const answer = await fetch("/v1/escalations", { headers: { Authorization: `Bearer ${token()}` } });
  if (!answer.ok) return;
  const open = new Map((await answer.json()).map((event) => [`${event.conversation_id} ${event.escalation_id}`, event]));
  for (const [key, event] of before) {
    if (event.status !== "closed" && !open.has(key) && found.get(key) === event) found.delete(key);
  }
  for (const [key, event] of open) {
    if (!(found.get(key)?.event_id > event.event_id)) found.set(key, event);
  }
  draw();
}

const connection = new Connection("/v1/watch", token(), heard, (state, text) => {
  byId("link").dataset.state = state;
  byId("link").textContent = text;
  if (state === "live") list();
});
