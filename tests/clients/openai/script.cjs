// The official client for Node, unmodified, against a running Nexus. Prints a line for everything
// that was as it should be.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const OpenAI = require('openai').default;

// A picture of one pixel.
const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02' +
    '0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082',
  'hex',
).toString('base64');
const model = 'nexus/main';
const client = new OpenAI({ maxRetries: 0 });
const completions = client.chat.completions;
const user = (content) => [{ role: 'user', content }];
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

async function refused(kind, call) {
  try {
    await call;
  } catch (error) {
    assert(error instanceof kind, `${error}`);
    return error;
  }
  throw new Error('it was answered');
}

async function text(stream) {
  let all = '';
  for await (const chunk of stream) all += chunk.choices[0]?.delta?.content ?? '';
  return all;
}

const checks = {
  async models() {
    const listed = [];
    for await (const one of client.models.list()) listed.push(one.id);
    assert(listed.includes(model), `${listed}`);
    assert.equal((await client.models.retrieve(model)).owned_by, 'nexus');
  },

  async whole() {
    const { data, response, request_id } = await completions
      .create({
        model,
        messages: [
          { role: 'developer', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'My name is Ann.' }] },
          { role: 'assistant', content: 'Hello, Ann.' },
          { role: 'user', content: 'hello' },
        ],
        stop: ['END'],
        seed: 7,
      })
      .withResponse();
    assert.equal(data.choices[0].message.content, 'Hello from the model.');
    assert.equal(data.choices[0].finish_reason, 'stop');
    assert.equal(data.usage.total_tokens, 15);
    assert(request_id && response.headers.get('openai-version'));
  },

  async streamed() {
    const stream = await completions.create({
      model,
      messages: user('slowly'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    const all = chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');
    assert.equal(all, 'word by word by word');
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(chunks.at(-1).usage.total_tokens, 15);
  },

  async tools() {
    // The helper of the client calls the function and goes on by itself.
    const runner = completions.runTools({
      model,
      messages: user('What is the weather in Oslo?'),
      tools: [
        {
          type: 'function',
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: ({ city }) => (city === 'Oslo' ? '4 degrees' : 'nowhere'),
          },
        },
      ],
    });
    assert.equal(await runner.finalContent(), 'The tool said: 4 degrees');
  },

  async tools_streamed() {
    const stream = completions.stream({
      model,
      messages: user('What is the weather in Oslo?'),
      tools: [weather],
    });
    const final = await stream.finalChatCompletion();
    const [call] = final.choices[0].message.tool_calls;
    assert.equal(final.choices[0].finish_reason, 'tool_calls');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo' });
  },

  async picture() {
    const asking = (url) =>
      completions.create({
        model,
        messages: user([
          { type: 'text', text: 'What is in the picture?' },
          { type: 'image_url', image_url: { url } },
        ]),
      });
    const seen = await asking(`data:image/png;base64,${PNG}`);
    assert.equal(seen.choices[0].message.content, 'I see 1 picture.');
    const error = await refused(OpenAI.BadRequestError, asking('https://example.org/a.png'));
    assert.equal(error.code, 'invalid_image_url');
  },

  async form() {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
      required: ['city', 'degrees'],
      additionalProperties: false,
    };
    const json_schema = { name: 'weather', strict: true, schema };
    const done = await completions.parse({
      model,
      messages: user('form'),
      response_format: { type: 'json_schema', json_schema },
    });
    assert.deepEqual(done.choices[0].message.parsed, { city: 'Oslo', degrees: 4 });
  },

  async errors() {
    const asking = (more, using = client) =>
      using.chat.completions.create({ model, messages: user('hello'), ...more });
    const stranger = client.withOptions({ apiKey: 'nxk_wrong' });
    let error = await refused(OpenAI.AuthenticationError, asking({}, stranger));
    assert.equal(error.code, 'invalid_api_key');
    assert(error.requestID);
    error = await refused(OpenAI.NotFoundError, asking({ model: 'gpt-4o' }));
    assert.deepEqual([error.code, error.param], ['model_not_found', 'model']);
    error = await refused(OpenAI.BadRequestError, asking({ logprobs: true }));
    assert.deepEqual([error.code, error.param], ['unsupported_parameter', 'logprobs']);
    const poor = client.withOptions({ apiKey: process.env.POOR_KEY, maxRetries: 2 });
    error = await refused(OpenAI.RateLimitError, asking({}, poor));
    assert.equal(error.code, 'insufficient_quota');
    error = await refused(OpenAI.InternalServerError, asking({ messages: user('refuse') }));
    assert.equal(error.code, 'provider_auth_failure');
  },

  async broken() {
    const stream = await completions.create({ model, messages: user('break'), stream: true });
    const reading = (async () => {
      for await (const chunk of stream) {
        // Whoever runs this stops the run now.
        if (chunk.choices[0].delta.content) fs.writeFileSync(process.env.TOLD, '');
      }
    })();
    const error = await refused(OpenAI.APIError, reading);
    assert.equal(error.code, 'run_stopped');
  },

  async session() {
    const headers = { 'X-Nexus-Session': 'node', 'X-Nexus-Agent': 'main' };
    const asking = (content) =>
      completions.create({ model: 'gpt-4o', messages: user(content) }, { headers });
    await asking('My name is Bob.');
    const done = await asking('recall');
    assert.equal(done.choices[0].message.content, 'I remember Bob.');
  },

  async concurrent() {
    const ask = async (n) => {
      const messages = user(`echo ${n}`);
      if (n % 2) return text(await completions.create({ model, messages, stream: true }));
      return (await completions.create({ model, messages })).choices[0].message.content;
    };
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(n)));
    assert.deepEqual(
      answers,
      answers.map((_, n) => `echo ${n}`),
    );
  },

  async left() {
    const stream = await completions.create({ model, messages: user('hold'), stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0].delta.content) break;
    }
    const hasty = completions.create({ model, messages: user('hold') }, { timeout: 1500 });
    await refused(OpenAI.APIConnectionTimeoutError, hasty);
  },

  async embeddings() {
    // The model of the test answers with the length of the text first.
    const one = await client.embeddings.create({ model: 'small', input: ['hello'] });
    assert.deepEqual(one.data[0].embedding, [5, 1, 2]);
    assert.equal(one.usage.total_tokens, 2);
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`good ${name}`);
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
