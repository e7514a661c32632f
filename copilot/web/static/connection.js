// One websocket that comes back by itself and goes on after the last event it saw.
const PING_MS = 30_000;
const LONGEST_WAIT_MS = 10_000;

export class Connection {
  #conversation; #token; #heard; #standing; #socket = null; #last = ""; #tries = 0; #over = false; #timer = 0;

  constructor(conversation, token, heard, standing) {
    this.#conversation = conversation;
    this.#token = token;
    this.#heard = heard;
    this.#standing = standing;
    this.#open();
    setInterval(() => this.send({ type: "ping" }), PING_MS);
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      const about = message.type === "ping" ? {} : { conversation_id: this.#conversation };
      this.#socket.send(JSON.stringify({ ...message, ...about }));
      return true;
    }
    return false;
  }

  end() {
    this.#over = true;
    this.#standing("ended", "Call ended");
  }

  #open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const after = this.#last ? `?after=${this.#last}` : "";
    const path = `/v1/conversations/${encodeURIComponent(this.#conversation)}${after}`;
    this.#socket = new WebSocket(`${scheme}://${location.host}${path}`, [`bearer.${this.#token}`]);
    this.#socket.onopen = () => {
      this.#tries = 0;
      if (!this.#over) this.#standing("live", "Live");
    };
    this.#socket.onmessage = (frame) => {
      const event = JSON.parse(frame.data);
      const passing = ["hello", "ack", "error", "pong", "revealed"].includes(event.type);
      if (event.event_id && !passing && event.event_id > this.#last) this.#last = event.event_id;
      this.#heard(event);
    };
    this.#socket.onclose = () => {
      if (this.#over) return;
      this.#tries += 1;
      this.#standing("waiting", this.#tries > 3 ? "No connection. Is the token right?" : "Connecting again");
      const wait = Math.min(LONGEST_WAIT_MS, 300 * 2 ** this.#tries);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#open(), wait);
    };
  }
}
