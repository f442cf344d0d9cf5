"""The official client for Python, unmodified and strict about what it is answered, against a
running Nexus. Prints a line for everything that was as it should be."""

import asyncio
import base64
import json
import os
import pathlib

import openai
import pydantic

# A picture of one pixel.
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
        "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
    )
).decode()
MODEL = "nexus/main"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}

client = openai.OpenAI(_strict_response_validation=True, max_retries=0)


def user(text):
    return [{"role": "user", "content": text}]


def good(name):
    print(f"good {name}", flush=True)


def models():
    listed = [model.id for model in client.models.list()]
    assert MODEL in listed, listed
    assert client.models.retrieve(MODEL).owned_by == "nexus"
    assert client.models.retrieve("main").id == MODEL


def whole():
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "My name is Ann."},
            {"role": "assistant", "content": "Hello, Ann."},
            {"role": "user", "content": "hello"},
        ],
        temperature=0.5,
        max_completion_tokens=50,
        user="somebody",
        metadata={"purpose": "test"},
    )
    assert raw.headers["x-request-id"] and int(raw.headers["openai-processing-ms"]) >= 0
    completion = raw.parse()
    assert completion.choices[0].message.content == "Hello from the model.", completion
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == MODEL and completion.id.startswith("chatcmpl-")
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (10, 5, 15)
    assert usage.prompt_tokens_details.cached_tokens == 0
    assert usage.completion_tokens_details.reasoning_tokens == 0


def streamed():
    stream = client.chat.completions.create(
        model=MODEL,
        messages=user("slowly"),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "word by word by word", text
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 15
    assert chunks[-2].choices[0].finish_reason == "stop"


def tools():
    messages = user("What is the weather in Oslo?")
    first = client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls", first
    call = choice.message.tool_calls[0]
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    messages.append(choice.message)
    messages.append({"role": "tool", "tool_call_id": call.id, "content": "4 degrees"})
    second = client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == "The tool said: 4 degrees", second


def tools_streamed():
    with client.chat.completions.stream(
        model=MODEL, messages=user("What is the weather in Oslo?"), tools=[WEATHER]
    ) as stream:
        final = stream.get_final_completion()
    call = final.choices[0].message.tool_calls[0]
    assert final.choices[0].finish_reason == "tool_calls"
    assert call.function.parsed_arguments == {"city": "Oslo"}, call


def picture():
    content = [
        {"type": "text", "text": "What is in the picture?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]
    completion = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": content}]
    )
    assert completion.choices[0].message.content == "I see 1 picture.", completion
    content[1]["image_url"]["url"] = "https://example.org/a.png"
    error = refused(
        openai.BadRequestError, model=MODEL, messages=[{"role": "user", "content": content}]
    )
    assert error.code == "invalid_image_url" and error.param.startswith("messages[0].content[1]")


class Weather(pydantic.BaseModel):
    city: str
    degrees: int


def form():
    completion = client.chat.completions.parse(
        model=MODEL, messages=user("form"), response_format=Weather
    )
    assert completion.choices[0].message.parsed == Weather(city="Oslo", degrees=4)
    with client.chat.completions.stream(
        model=MODEL, messages=user("form"), response_format=Weather
    ) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == Weather(city="Oslo", degrees=4)


def refused(kind, using=client, **params):
    try:
        using.chat.completions.create(**params)
    except kind as error:
        return error
    raise AssertionError("it was answered")


def errors():
    stranger = client.with_options(api_key="nxk_wrong")
    error = refused(openai.AuthenticationError, stranger, model=MODEL, messages=user("hello"))
    assert error.code == "invalid_api_key" and error.request_id, error
    error = refused(openai.NotFoundError, model="gpt-4o", messages=user("hello"))
    assert error.code == "model_not_found" and error.param == "model", error
    error = refused(openai.BadRequestError, model=MODEL, messages=user("hello"), n=2)
    assert error.code == "unsupported_value" and error.param == "n", error
    error = refused(openai.BadRequestError, model=MODEL, messages=[])
    assert error.type == "invalid_request_error" and error.param == "messages", error
    poor = client.with_options(api_key=os.environ["POOR_KEY"], max_retries=2)
    error = refused(openai.RateLimitError, poor, model=MODEL, messages=user("hello"))
    assert error.code == "insufficient_quota", error
    error = refused(openai.InternalServerError, model=MODEL, messages=user("refuse"))
    assert error.code == "provider_auth_failure", error
    stream = refused_stream()
    assert isinstance(stream, openai.InternalServerError), stream


def refused_stream():
    try:
        list(client.chat.completions.create(model=MODEL, messages=user("refuse"), stream=True))
    except openai.APIError as error:
        return error
    raise AssertionError("it was answered")


def broken():
    """A failure in the middle of a stream is raised."""
    text = ""
    try:
        for chunk in client.chat.completions.create(
            model=MODEL, messages=user("break"), stream=True
        ):
            text += chunk.choices[0].delta.content or ""
            if text:
                # Whoever runs this stops the run now.
                pathlib.Path(os.environ["TOLD"]).touch()
    except openai.APIError as error:
        assert text, "nothing came before it"
        assert error.code == "run_stopped", error
        return
    raise AssertionError(f"it ended well: {text}")


def left():
    stream = client.chat.completions.create(model=MODEL, messages=user("hold"), stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    stream.close()
    hasty = client.with_options(timeout=1.5)
    refused(openai.APITimeoutError, hasty, model=MODEL, messages=user("hold"))


def session():
    named = {"X-Nexus-Session": "python", "X-Nexus-Agent": "main"}
    params = {"model": "gpt-4o", "extra_headers": named}
    client.chat.completions.create(messages=user("My name is Bob."), **params)
    completion = client.chat.completions.create(messages=user("recall"), **params)
    assert completion.model == MODEL
    assert completion.choices[0].message.content == "I remember Bob.", completion
    alone = client.chat.completions.create(model=MODEL, messages=user("recall"))
    assert alone.choices[0].message.content == "I remember nothing.", alone


async def concurrent():
    async with openai.AsyncOpenAI(_strict_response_validation=True, max_retries=0) as many:

        async def ask(n):
            if n % 2:
                stream = await many.chat.completions.create(
                    model=MODEL, messages=user(f"echo {n}"), stream=True
                )
                return "".join([c.choices[0].delta.content or "" async for c in stream])
            done = await many.chat.completions.create(model=MODEL, messages=user(f"echo {n}"))
            return done.choices[0].message.content

        answers = await asyncio.gather(*(ask(n) for n in range(8)))
    assert answers == [f"echo {n}" for n in range(8)], answers


def embeddings():
    # The model of the test answers with the length of the text first.
    # As base64, which the client decodes only after its strict check: no answer would pass it.
    lenient = openai.OpenAI(max_retries=0)
    one = lenient.embeddings.create(model="small", input="hello", dimensions=2)
    assert one.data[0].embedding == [5.0, 1.0], one
    texts = ["x" * n for n in range(1, 21)]
    many = client.embeddings.create(model="fake/small", input=texts, encoding_format="float")
    assert [item.embedding[0] for item in many.data] == list(range(1, 21)), many
    assert [item.index for item in many.data] == list(range(20))
    assert many.usage.prompt_tokens == many.usage.total_tokens == 40
    try:
        client.embeddings.create(model="large", input="hello")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found", error
    else:
        raise AssertionError("it was answered")


CHECKS = [
    models,
    whole,
    streamed,
    tools,
    tools_streamed,
    picture,
    form,
    errors,
    broken,
    session,
    lambda: asyncio.run(concurrent()),
    left,
    embeddings,
]
NAMES = (
    "models whole streamed tools tools_streamed picture form errors broken session concurrent "
    "left embeddings"
)

for name, check in zip(NAMES.split(), CHECKS, strict=True):
    check()
    good(name)
