// The protocols of the call: what comes next, what is done; a step can be ticked by hand.
import { byId, element } from "./dom.js";

const protocols = new Map();

export function showProtocol(event, send) {
  protocols.set(event.protocol_id, event);
  const running = [...protocols.values()].sort((a, b) => rank(a) - rank(b));
  byId("steps").replaceChildren(...running.map((protocol) => drawn(protocol, send)));
}

function rank(protocol) {
  return { started: 0, advanced: 0, breached: 1, completed: 2 }[protocol.status];
}

function drawn(protocol, send) {
  const [next, ...later] = protocol.status === "completed" ? [] : (protocol.next ?? []);
  const done = protocol.done?.length ?? 0;
  const standing = { completed: "Done", breached: "Ended with open steps" }[protocol.status] ?? (done ? `${done} done` : "");
  return element(
    "div",
    { class: "protocol", "data-protocol": protocol.protocol_id, "data-status": protocol.status },
    element("h3", {}, protocol.title),
    standing ? element("p", { class: "done" }, standing) : "",
    next ? element("div", { class: "next" },
      protocol.stopped_by ? element("p", {}, element("strong", {}, "No more questions. Hand over now:")) : "",
      element("p", {}, next.ask),
      element("div", { class: "row" },
        ...(next.options ?? []).map((answer) => button(protocol, next, send, sentence(answer), answer)),
        button(protocol, next, send, "Mark as done"))) : "",
    later.length ? element("ul", { class: "later" }, ...later.slice(0, 3).map((step) => element("li", {}, step.ask))) : "",
  );
}

function button(protocol, step, send, label, answer) {
  const done = { type: "step.done", protocol_id: protocol.protocol_id, step_id: step.step_id };
  return element("button", { type: "button", onclick: () => send(answer ? { ...done, answer } : done) }, label);
}

function sentence(word) {
  return (word[0].toUpperCase() + word.slice(1)).replaceAll("-", " ");
}
