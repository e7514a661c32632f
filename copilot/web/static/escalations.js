// An escalation as it stands: who has it, how long it has waited, and what can be done about it.
import { byId, clock, element } from "./dom.js";

const OUTCOMES = {
  resolved: "resolved", sent_to_emergency: "sent to emergency", called_back: "called back", false_alarm: "false alarm",
};

const asked = new Map();

export function waits(event) {
  return event.status === "opened" || event.status === "climbed";
}

// When what caused it was said, by this machine's clock; a clock that is behind shows no future.
export function since(event) {
  return Math.min(Date.now(), Date.parse(event.at)) - event.elapsed_ms;
}

function standing(event) {
  const level = event.level ? `, level ${event.level}` : "";
  return {
    opened: `${event.to} called${level}`,
    climbed: `Nobody answered: ${event.to} called${level}`,
    acknowledged: `${event.to}: acknowledged${event.by === "clinician" ? " by a clinician" : ""}`,
    handed_over: `Handed over to ${event.to}`,
    closed: `Closed: ${OUTCOMES[event.outcome] ?? "over"}`,
  }[event.status];
}

export function drawnEscalation(event, send, answer) {
  const button = (name, label, act, primary) => element("button", {
    type: "button", class: primary ? "primary" : name, "data-act": `${event.conversation_id} ${event.escalation_id} ${name}`, onclick: act,
  }, label);
  const parts = [element("span", { class: "state" }, standing(event))];
  if (waits(event)) {
    // a running clock must not be read out every second
    parts.push(element("span", { class: "clock", "aria-live": "off", "data-since": since(event) }, waited(since(event))));
    parts.push(button("ack", answer, () => acknowledge(event, send), true));
  }
  if (event.status !== "closed") {
    parts.push(button("handover", "Hand over", () => askHandover(event, send)));
    parts.push(button("close", "Close", () => askClose(event, send)));
  }
  return element("span", { class: "escalation", "data-status": event.status, "data-level": event.level ?? 0 }, ...parts);
}

export function acknowledge(event, send) {
  send({ type: "escalation.ack", escalation_id: event.escalation_id, conversation_id: event.conversation_id });
}

export function askHandover(event, send) {
  ask("handover", event, () => send({
    type: "escalation.handover", escalation_id: event.escalation_id, conversation_id: event.conversation_id,
    to: byId("handover-to").value.trim(), note: byId("handover-note").value.trim(),
  }));
}

export function askClose(event, send) {
  ask("close", event, () => send({
    type: "escalation.close", escalation_id: event.escalation_id, conversation_id: event.conversation_id,
    outcome: byId("close-outcome").value, note: byId("close-note").value.trim(),
  }));
}

function ask(name, event, done) {
  const dialog = byId(name);
  if (dialog.open) return;
  dialog.querySelector("form").reset();
  byId(`${name}-what`).textContent = event.title ?? "";
  dialog.returnValue = "";
  if (!asked.has(name)) dialog.addEventListener("close", () => { if (dialog.returnValue === "send") asked.get(name)(); });
  asked.set(name, done);
  dialog.showModal();
}

// Draws anew and leaves the focus on the button it was on, so that no key press goes astray.
export function redraw(place, children) {
  const act = place.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
  place.replaceChildren(...children);
  if (act) [...place.querySelectorAll("[data-act]")].find((button) => button.dataset.act === act)?.focus();
}

function waited(from) {
  return `Waiting ${clock(Date.now() - from)}`;
}

setInterval(() => {
  for (const span of document.querySelectorAll(".clock[data-since]")) span.textContent = waited(Number(span.dataset.since));
}, 1000);
