// The agent's page: a client of the public protocol, nothing more.
import { acknowledge, close, handOver, showEscalation, showFlag } from "./flags.js";
import { addDelta, pressNewest, showSuggestion } from "./cards.js";
import { Connection } from "./connection.js";
import { byId } from "./dom.js";
import { showProtocol } from "./steps.js";
import { token } from "./token.js";
import { reveal, showUtterance } from "./transcript.js";

const conversation = document.querySelector("main").dataset.conversation;
const send = (message) => connection.send({ ...message, conversation_id: conversation });

const handlers = {
  "conversation.started": (event) => {
    byId("call-facts").textContent = [event.channel, event.program, event.language].filter(Boolean).join(" · ");
  },
  utterance: (event) => showUtterance(event, send),
  flag: (event) => showFlag(event, send),
  protocol: (event) => showProtocol(event, send),
  "suggestion.delta": addDelta,
  suggestion: (event) => showSuggestion(event, send),
  escalation: (event) => showEscalation(event, send),
  revealed: reveal,
  notice: (event) => say(event.text),
  error: (event) => say(event.message),
  "conversation.ended": () => connection.end(),
  summary: (event) => {
    byId("summary-text").textContent = event.text;
    byId("summary").hidden = false;
  },
};

function say(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = false;
}

const connection = new Connection(
  `/v1/conversations/${encodeURIComponent(conversation)}`,
  token(),
  (event) => handlers[event.type]?.(event),
  (state, text) => {
    byId("link").dataset.state = state;
    byId("link").textContent = text;
  },
);

byId("ask").addEventListener("submit", (press) => {
  press.preventDefault();
  const text = byId("ask-text").value.trim();
  if (text && send({ type: "ask", text })) byId("ask-text").value = "";
});
byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("summary-text").textContent);
  byId("copy").textContent = "Copied";
});
byId("help").addEventListener("click", () => byId("keys").showModal());

document.addEventListener("keydown", (press) => {
  const focused = document.activeElement;
  // a field of a dialog that has just closed may hold the focus for one frame more
  const typing = ["INPUT", "TEXTAREA", "SELECT"].includes(focused?.tagName) && focused.checkVisibility();
  if (typing || press.ctrlKey || press.metaKey || press.altKey || document.querySelector("dialog[open]")) return;
  const act = {
    a: () => pressNewest("accept"),
    d: () => pressNewest("dismiss"),
    k: () => acknowledge(send),
    h: () => handOver(send),
    c: () => close(send),
    "/": () => byId("ask-text").focus(),
    "?": () => byId("keys").showModal(),
  }[press.key.toLowerCase()];
  if (act) {
    press.preventDefault();
    act();
  }
});
