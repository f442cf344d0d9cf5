// A model provider that speaks OpenAI's chat completions, slowly, and always says the same.
import { createServer } from "node:http";

/** Pause between two words unless a test says otherwise. */
const WORD_MS = 25;

export const STORY = Array.from({ length: 160 }, (_, n) => `word${n + 1}`).join(" ");

/** What an attacker would like a page to run. */
export const NASTY = [
  'Before <img src="x" onerror="window.pwned = 1"> <script>window.pwned = 1</script>',
  "[click me](javascript:window.pwned=1) ![pixel](https://evil.example/pixel.png)",
  '<a href="https://example.org" onclick="window.pwned = 1">link</a> <iframe src="/"></iframe>',
  "After.",
].join("\n\n");

/** Longer than anybody measures. */
const LONG = Array.from({ length: 6_000 }, (_, n) => `word${n + 1}${n % 40 === 39 ? "\n\n" : ""}`).join(" ");

const REPLIES = [
  ["long story", LONG],
  ["nasty", NASTY],
  ["short", "A short reply."],
  ["story", STORY],
];

function replyTo(messages) {
  const asked = messages.filter((message) => message.role === "user").at(-1)?.content ?? "";
  return REPLIES.find(([word]) => asked.includes(word))?.[1] ?? "I know: nasty, short, story.";
}

export class Model {
  static async start({ wordMs = WORD_MS } = {}) {
    const model = new Model();
    model.wordMs = wordMs;
    model.server = createServer((request, response) => void model.answer(request, response));
    await new Promise((resolve) => model.server.listen(0, "127.0.0.1", resolve));
    model.url = `http://127.0.0.1:${model.server.address().port}/v1`;
    return model;
  }

  async answer(request, response) {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (!request.url.endsWith("/chat/completions")) {
      response.writeHead(request.url.endsWith("/models") ? 200 : 404, { "content-type": "application/json" });
      return response.end(JSON.stringify({ data: [{ id: "slow" }] }));
    }
    const words = replyTo(JSON.parse(body).messages).split(/(?<=\s)/);
    let isGone = false;
    response.on("close", () => (isGone = true));
    response.writeHead(200, { "content-type": "text/event-stream" });
    const say = (choice, usage) =>
      response.write(`data: ${JSON.stringify({ id: "c1", model: "slow", object: "chat.completion.chunk", choices: choice ? [choice] : [], usage })}\n\n`);
    const began = performance.now();
    for (const [n, content] of words.entries()) {
      if (isGone) return;
      say({ index: 0, delta: { role: "assistant", content } });
      // Timers are late, so each word has its moment: otherwise fewer come than are said to come.
      const leftMs = began + (n + 1) * this.wordMs - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, leftMs)));
    }
    say({ index: 0, delta: {}, finish_reason: "stop" });
    say(undefined, { prompt_tokens: 100, completion_tokens: words.length, total_tokens: 100 + words.length });
    response.end("data: [DONE]\n\n");
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
