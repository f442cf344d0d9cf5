// The official client for Node, unmodified, against a running Nexus. Prints a line for everything
// that was as it should be.

const assert = require('node:assert/strict');
const OpenAI = require('openai').default;

// A picture of one pixel.
const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02' +
    '0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082',
  'hex',
).toString('base64');
const model = 'nexus/main';
const client = new OpenAI({ maxRetries: 0 });
const { responses } = client;
const create = (input, more = {}) => responses.create({ model, input, ...more });
const weather = {
  type: 'function',
  name: 'get_weather',
  strict: true,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
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

async function all(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}

const checks = {
  async models() {
    assert((await all(client.models.list())).some((one) => one.id === model));
  },

  async whole() {
    const response = await create('hello', { instructions: 'Be brief.', metadata: { a: 'b' } });
    assert.equal(response.status, 'completed');
    assert.equal(response.output_text, 'Hello from the model.');
    assert.deepEqual(response.metadata, { a: 'b' });
  },

  async streamed() {
    const events = await all(await create('hello', { stream: true }));
    events.forEach((event, n) => assert.equal(event.sequence_number, n));
    const text = events.filter((event) => event.type === 'response.output_text.delta');
    assert.equal(text.map((event) => event.delta).join(''), 'Hello from the model.');
    const final = await responses.stream({ model, input: 'hello' }).finalResponse();
    assert.equal(final.output_text, 'Hello from the model.');
  },

  async tools() {
    const first = await create('What is the weather?', { tools: [weather] });
    const [call] = first.output;
    assert.equal(call.name, 'get_weather');
    const output = { type: 'function_call_output', call_id: call.call_id, output: '4 degrees' };
    const chained = await create([output], { previous_response_id: first.id, tools: [weather] });
    assert.equal(chained.output_text, 'The tool said: 4 degrees');
    const said = [{ role: 'user', content: 'What is the weather?' }, ...first.output, output];
    const alone = await create(said, { tools: [weather], store: false });
    assert.equal(alone.output_text, 'The tool said: 4 degrees');
  },

  async picture() {
    const content = [
      { type: 'input_text', text: 'a picture' },
      { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' },
    ];
    const response = await create([{ role: 'user', content }]);
    assert.equal(response.output_text, 'I see 1 picture.');
  },

  async chain() {
    const first = await create('It is cobalt.');
    const second = await create('recall', { previous_response_id: first.id });
    assert.match(second.output_text, /cobalt/);
    assert.equal((await responses.retrieve(first.id)).output_text, first.output_text);
    const items = await all(responses.inputItems.list(second.id, { order: 'asc', limit: 2 }));
    assert.deepEqual(items.map((item) => item.role), ['user', 'assistant', 'user']);
    await responses.delete(first.id);
    await refused(OpenAI.NotFoundError, responses.retrieve(first.id));
    const going = create('recall', { previous_response_id: first.id });
    assert.equal((await refused(OpenAI.BadRequestError, going)).code, 'previous_response_not_found');
  },

  async background() {
    const begun = await create('hold', { background: true });
    assert.equal(begun.status, 'queued');
    assert.equal((await responses.cancel(begun.id)).status, 'cancelled');
  },

  async compacted() {
    const compaction = await responses.compact({ model, input: 'We launch on Tuesday.' });
    const response = await create([...compaction.output, { role: 'user', content: 'recall' }]);
    assert.match(response.output_text, /sealed in short/);
  },

  async errors() {
    const error = await refused(OpenAI.NotFoundError, responses.create({ model: 'x', input: 'y' }));
    assert.equal(error.code, 'model_not_found');
    await refused(OpenAI.BadRequestError, create('hi', { tools: [{ type: 'web_search' }] }));
    const stranger = new OpenAI({ apiKey: 'nxk_wrong', maxRetries: 0 });
    const call = stranger.responses.create({ model, input: 'x' });
    await refused(OpenAI.AuthenticationError, call);
  },

  async concurrent() {
    const numbers = [...Array(12).keys()];
    const answers = await Promise.all(numbers.map((n) => create(`echo ${n}`)));
    assert.deepEqual(answers.map((answer) => answer.output_text), numbers.map((n) => `echo ${n}`));
  },

  async left() {
    for await (const event of await create('hold', { stream: true })) {
      if (event.type === 'response.output_text.delta') break;
    }
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`good ${name}`);
  }
})();
