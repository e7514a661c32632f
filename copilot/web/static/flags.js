// Flags by severity, and the banner of what cannot wait, with the clock of its escalation.
import { byId, clock, element } from "./dom.js";
import { pointTo } from "./transcript.js";

const ORDER = { critical: 0, warning: 1, notice: 2 };
const LEVELS = { critical: "Critical", warning: "Warning", notice: "Notice" };
const flags = new Map();
const escalations = new Map();

export function showFlag(event, send) {
  flags.set(event.flag_id, event);
  drawFlags(send);
  drawCritical(send);
}

export function showEscalation(event, send) {
  escalations.set(event.flag_id, { ...event, since: Date.now() - event.elapsed_ms });
  drawCritical(send);
}

export function acknowledge(send) {
  for (const escalation of escalations.values()) {
    if (escalation.status === "opened") send({ type: "escalation.ack", escalation_id: escalation.escalation_id });
  }
}

function drawFlags(send) {
  const sorted = [...flags.values()].sort(
    (a, b) => (a.status === "resolved") - (b.status === "resolved") || ORDER[a.severity] - ORDER[b.severity],
  );
  byId("flags").replaceChildren(...sorted.map((flag) => drawn(flag, send)));
}

function drawn(flag, send) {
  const level = flag.status === "resolved" ? "Settled" : LEVELS[flag.severity];
  const evidence = (flag.evidence ?? []).slice(0, 2).map((item) =>
    element("button", { type: "button", onclick: () => pointTo(item.segment_id) }, "Show where"),
  );
  const wrong = element(
    "button",
    { type: "button", onclick: (press) => {
      send({ type: "feedback", target_id: flag.flag_id, action: "wrong" });
      press.target.disabled = true;
      press.target.textContent = "Noted";
    } },
    "This is wrong",
  );
  return element(
    "article",
    { class: "flag", "data-severity": flag.severity, "data-status": flag.status, "data-flag": flag.flag_id },
    element("div", { class: "level" }, level),
    element("h3", {}, flag.title),
    element("div", { class: "more" },
      element("p", {}, flag.why),
      flag.say ? element("p", {}, element("strong", {}, "Say: "), flag.say) : "",
      element("div", { class: "row" }, ...evidence, wrong)),
  );
}

function drawCritical(send) {
  const open = [...flags.values()].filter((flag) => flag.severity === "critical" && flag.status !== "resolved");
  byId("critical").replaceChildren(
    ...open.map((flag) => {
      const escalation = escalations.get(flag.flag_id);
      const opened = escalation?.status === "opened";
      return element(
        "article",
        { "data-critical": flag.flag_id },
        element("strong", {}, flag.title),
        element("span", { class: "do" }, flag.say),
        escalation ? element("span", { class: "clock", "data-since": opened ? escalation.since : null },
          opened ? `${escalation.to} called` : `${escalation.to} ${escalation.status}`) : "",
        opened ? element("button", { type: "button", class: "ack", onclick: () => acknowledge(send) }, "Team has answered") : "",
      );
    }),
  );
}

setInterval(() => {
  for (const span of document.querySelectorAll(".clock[data-since]")) {
    // a running clock must not be read out every second
    span.setAttribute("aria-live", "off");
    span.textContent = `Waiting ${clock(Date.now() - Number(span.dataset.since))}`;
  }
}, 1000);
