// The token comes in the fragment, which no server sees, and stays in this tab's session.
const KEY = "copilot.token";

export function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

export function keepToken(value) {
  sessionStorage.setItem(KEY, value);
}
