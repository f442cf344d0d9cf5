// A device as the daemon sees one: a key of its own, and a signature over what it asks for.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { WebSocket } from "ws";

const CLIENT = { name: "test-phone", version: "1", platform: "pixel", mode: "ui" };

export class Device {
  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    this.privateKey = privateKey;
    // The last 32 bytes of the DER form are the key itself.
    const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
    this.publicKey = raw.toString("base64url");
    this.id = createHash("sha256").update(raw).digest("hex");
  }

  /** Says hello with its key; answers with the first frame after it. */
  async hello(daemon, ticket) {
    const socket = new WebSocket(`${daemon.base.replace("http", "ws")}/ws`);
    try {
      return await new Promise((resolve, reject) => {
        socket.on("error", reject);
        socket.on("message", (data) => {
          const frame = JSON.parse(data);
          if (frame.event === "challenge") socket.send(JSON.stringify(this.signed(frame.payload.nonce, ticket)));
          else resolve(frame);
        });
      });
    } finally {
      socket.close();
    }
  }

  signed(nonce, ticket) {
    const signedAt = Date.now();
    const { name, mode, platform } = CLIENT;
    const text = ["nexus-device-1", this.id, name, mode, platform, "", signedAt, ticket ?? "", nonce].join("|");
    const signature = sign(null, Buffer.from(text), this.privateKey).toString("base64url");
    const device = { nonce, publicKey: this.publicKey, signature, signedAt, ...(ticket && { ticket }) };
    return { type: "hello", minProtocol: 1, maxProtocol: 1, client: CLIENT, auth: { device } };
  }
}
