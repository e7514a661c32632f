// One websocket that comes back by itself and goes on after the last event it saw.
const PING_MS = 30_000;
const LONGEST_WAIT_MS = 10_000;

export class Connection {
  #path; #token; #heard; #standing; #socket = null; #last = ""; #tries = 0; #over = false; #timer = 0;

  constructor(path, token, heard, standing) {
    this.#path = path;
    this.#token = token;
    this.#heard = heard;
    this.#standing = standing;
    this.#open();
    setInterval(() => this.send({ type: "ping" }), PING_MS);
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
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
    this.#socket = new WebSocket(`${scheme}://${location.host}${this.#path}${after}`, [`bearer.${this.#token}`]);
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
      // an ended call may still have an escalation to answer: it is connected again, quietly
      this.#tries += 1;
      if (!this.#over) this.#standing("waiting", this.#tries > 3 ? "No connection. Is the token right?" : "Connecting again");
      const wait = Math.min(LONGEST_WAIT_MS, 300 * 2 ** this.#tries);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#open(), wait);
    };
  }
}
