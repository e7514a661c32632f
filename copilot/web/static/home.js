// The landing page: the conversations that the token may see.
import { byId, element } from "./dom.js";
import { keepToken, token } from "./token.js";

async function list() {
  const answer = await fetch("/v1/conversations", { headers: { Authorization: `Bearer ${token()}` } });
  byId("sign-in-note").textContent = answer.ok ? "Signed in for this tab." : "This token does not hold.";
  if (!answer.ok) return;
  const found = await answer.json();
  const rows = found.map((call) =>
    element("li", {},
      element("a", { href: `/agent/${encodeURIComponent(call.conversation_id)}` }, call.conversation_id),
      call.ended_at ? " · ended" : " · live"));
  byId("conversations").replaceChildren(...(rows.length ? rows : [element("li", { class: "quiet" }, "None yet.")]));
}

byId("sign-in").addEventListener("submit", (press) => {
  press.preventDefault();
  keepToken(byId("token").value.trim());
  list();
});
if (token()) list();
