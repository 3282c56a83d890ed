// The page's way to the sandbox.

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

async function act(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Error(answer.error);
  return answer;
}

export const state = (user) => read(`/api/state?user=${user}`);
export const messages = async (chat) => (await read(`/api/chats/${chat}/messages`)).messages;
export const send = (user, chat, text, reply_to) => act("/api/send", { user, chat, text, reply_to });
export const tap = (user, chat, message_id, data) => act("/api/tap", { user, chat, message_id, data });
export const start = (user, payload = "") => act("/api/start", { user, payload });
export const inline = (user, query) => act("/api/inline", { user, query });
export const choose = (user, chat, query_id, result) => act("/api/choose", { user, chat, query_id, result });
export const found = (user, title, kind) => act("/api/found", { user, title, kind });
export const block = (user, is_blocked) => act("/api/block", { user, is_blocked });

/** Calls `onEvent` for everything that happens and `onOpen` whenever the connection is (again) there. */
export function watch(onOpen, onEvent) {
  const source = new EventSource("/api/events");
  source.onopen = onOpen;
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
}
