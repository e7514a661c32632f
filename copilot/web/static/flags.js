// Flags by severity, and the banner of what cannot wait, with its escalation.
import { byId, element } from "./dom.js";
import * as escalating from "./escalations.js";
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
  escalations.set(event.flag_id, event);
  drawCritical(send);
}

// By key: what waits is acknowledged, all of it; the others ask about the oldest that is open.
export function acknowledge(send) {
  for (const event of escalations.values()) if (escalating.waits(event)) escalating.acknowledge(event, send);
}

export function handOver(send) {
  const event = oldest();
  if (event) escalating.askHandover(event, send);
}

export function close(send) {
  const event = oldest();
  if (event) escalating.askClose(event, send);
}

function oldest() {
  return [...escalations.values()].find((event) => event.status !== "closed");
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
  const shown = [...flags.values()].filter((flag) => {
    const escalation = escalations.get(flag.flag_id);
    if (flag.severity !== "critical") return false;
    return escalation ? escalation.status !== "closed" : flag.status !== "resolved";
  });
  escalating.redraw(byId("critical"), shown.map((flag) => {
    const escalation = escalations.get(flag.flag_id);
    return element("article", { "data-critical": flag.flag_id },
      element("strong", {}, flag.title),
      element("span", { class: "do" }, flag.status === "resolved" ? "The words behind it were corrected." : flag.say),
      escalation ? escalating.drawnEscalation(escalation, send, "Team has answered") : "");
  }));
}
