"""The official client for Python, unmodified and strict about what it is answered, against a
running Nexus. Prints a line for everything that was as it should be."""

import asyncio
import base64

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
    "name": "get_weather",
    "description": "The weather in a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}

client = openai.OpenAI(_strict_response_validation=True, max_retries=0)


def create(input, **more):
    return client.responses.create(model=MODEL, input=input, **more)


def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("it was answered")


def models():
    assert MODEL in [model.id for model in client.models.list()]


def whole():
    response = create(
        "hello",
        instructions="Be brief.",
        temperature=0.5,
        max_output_tokens=50,
        metadata={"purpose": "test"},
        reasoning={"effort": "low", "summary": "auto"},
        include=["reasoning.encrypted_content"],
    )
    assert response.status == "completed" and response.output_text == "Hello from the model."
    assert response.metadata == {"purpose": "test"} and response.usage.total_tokens > 0
    assert response.model == MODEL and response.error is None


def streamed():
    kinds, text = [], ""
    for event in create("hello", stream=True):
        assert event.sequence_number == len(kinds), event
        kinds.append(event.type)
        if event.type == "response.output_text.delta":
            text += event.delta
    assert kinds[:2] == ["response.created", "response.in_progress"], kinds
    assert kinds[-1] == "response.completed" and text == "Hello from the model."
    with client.responses.stream(model=MODEL, input="hello") as stream:
        assert stream.get_final_response().output_text == text


def tools():
    first = create("What is the weather?", tools=[WEATHER])
    call = first.output[0]
    assert call.type == "function_call" and call.name == "get_weather", first
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "4 degrees"}
    chained = create([output], previous_response_id=first.id, tools=[WEATHER])
    assert chained.output_text == "The tool said: 4 degrees", chained
    # The same with a conversation that the program keeps itself, items as they came.
    said = [{"role": "user", "content": "What is the weather?"}]
    said += [item.model_dump(exclude_none=True) for item in first.output]
    alone = create(said + [output], tools=[WEATHER], store=False)
    assert alone.output_text == "The tool said: 4 degrees", alone


def tools_streamed():
    choice = {"type": "allowed_tools", "mode": "auto",
              "tools": [{"type": "function", "name": "get_weather"}]}
    with client.responses.stream(
        model=MODEL, input="What is the weather?", tools=[WEATHER], tool_choice=choice
    ) as stream:
        kinds = [event.type for event in stream]
        assert "response.function_call_arguments.delta" in kinds, kinds
        call = stream.get_final_response().output[0]
        assert call.parsed_arguments == {"city": "Oslo"}, call


def picture():
    content = [
        {"type": "input_text", "text": "a picture"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "low"},
    ]
    response = create([{"role": "user", "content": content}])
    assert response.output_text == "I see 1 picture.", response
    items = client.responses.input_items.list(response.id).data
    assert items[0].content[1].image_url.endswith(PNG), items


class Weather(pydantic.BaseModel):
    city: str
    degrees: int


def form():
    parsed = client.responses.parse(model=MODEL, input="form", text_format=Weather)
    assert parsed.output_parsed == Weather(city="Oslo", degrees=4), parsed


def chain():
    first = create("It is cobalt.")
    second = create("recall", previous_response_id=first.id)
    assert "cobalt" in second.output_text, second
    shown = client.responses.retrieve(first.id)
    assert shown.output_text == first.output_text and shown.id == first.id
    items = list(client.responses.input_items.list(second.id, order="asc", limit=1))
    assert [item.role for item in items] == ["user", "assistant", "user"], items
    assert items[0].content[0].text == "It is cobalt."
    client.responses.delete(first.id)
    refused(openai.NotFoundError, lambda: client.responses.retrieve(first.id))
    error = refused(
        openai.BadRequestError, lambda: create("recall", previous_response_id=first.id)
    )
    assert error.code == "previous_response_not_found" and error.param == "previous_response_id"


def background():
    begun = create("hold", background=True)
    assert begun.status == "queued", begun
    cancelled = client.responses.cancel(begun.id)
    assert cancelled.status == "cancelled", cancelled
    stream = create("hello", background=True, stream=True)
    events = list(stream)
    response = events[-1].response
    assert response.status == "completed", response
    again = list(client.responses.retrieve(response.id, stream=True, starting_after=2))
    assert again == events[3:], again


def compacted():
    said = [
        {"role": "user", "content": "We launch on Tuesday."},
        {"role": "assistant", "content": "Understood."},
    ]
    compaction = client.responses.compact(model=MODEL, input=said)
    items = [item.model_dump(exclude_none=True) for item in compaction.output]
    response = create(items + [{"role": "user", "content": "recall"}])
    assert "sealed in short" in response.output_text, response


def errors():
    error = refused(openai.NotFoundError, lambda: client.responses.create(model="x", input="hi"))
    assert error.code == "model_not_found" and error.param == "model", error
    error = refused(openai.BadRequestError, lambda: create("hi", tools=[{"type": "web_search"}]))
    assert error.param == "tools[0].type", error
    stranger = openai.OpenAI(api_key="nxk_wrong", max_retries=0)
    refused(openai.AuthenticationError, lambda: stranger.responses.create(model=MODEL, input="x"))
    error = refused(openai.APIStatusError, lambda: create("refuse"))
    assert error.status_code == 502 and error.code == "provider_auth_failure", error


async def many():
    async with openai.AsyncOpenAI(_strict_response_validation=True, max_retries=0) as client:
        answers = await asyncio.gather(
            *(client.responses.create(model=MODEL, input=f"echo {n}") for n in range(12))
        )
    assert [answer.output_text for answer in answers] == [f"echo {n}" for n in range(12)]


def concurrent():
    asyncio.run(many())


def left():
    for event in create("hold", stream=True):
        if event.type == "response.output_text.delta":
            break


CHECKS = [models, whole, streamed, tools, tools_streamed, picture, form, chain, background,
          compacted, errors, concurrent, left]

for check in CHECKS:
    check()
    print(f"good {check.__name__}", flush=True)
