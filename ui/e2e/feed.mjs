// Frames of a test between those of the daemon, made inside the page: a socket that can also be told.

/**
 * Makes every socket of the page tellable: `tell(frames)` hands frames to the first that is open, and
 * `globalThis.alter`, if there is one, may change what the daemon says.
 */
export async function tellable(page) {
  await page.addInitScript(() => {
    const Real = globalThis.WebSocket;
    globalThis.WebSocket = class extends Real {
      #seq = 0;
      #take;
      set onmessage(take) {
        if (!take) return (super.onmessage = null);
        this.#take = take;
        super.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === "hello-ok") {
            globalThis.position = frame.snapshot.position;
            globalThis.told ??= this;
          }
          if (frame.position) globalThis.position = Math.max(globalThis.position, frame.position);
          take({ data: this.#numbered(globalThis.alter?.(frame) ?? frame) });
        };
      }
      get onmessage() {
        return super.onmessage;
      }
      #numbered(frame) {
        return JSON.stringify(frame.type === "event" ? { ...frame, seq: ++this.#seq } : frame);
      }
      tell(event, payload, isRecorded = true) {
        const place = isRecorded ? { position: ++globalThis.position, at: Date.now() } : {};
        this.#take({ data: this.#numbered({ type: "event", event, payload, ...place }) });
      }
    };
  });
}

/** Counts frames, and those that came late, from now on. */
export async function countFrames(page) {
  await page.evaluate(() => {
    /** A frame that takes this much longer than a 60th of a second was dropped. */
    const droppedMs = 25;
    globalThis.frames = { n: 0, dropped: 0 };
    let last = performance.now();
    const count = (now) => {
      globalThis.frames.n += 1;
      if (now - last > droppedMs) globalThis.frames.dropped += Math.round((now - last) / (1_000 / 60)) - 1;
      last = now;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
}

export async function frames(page) {
  return page.evaluate(() => ({ ...globalThis.frames, nodes: document.querySelectorAll("*").length }));
}
