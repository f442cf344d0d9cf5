import type { BrowserAuth } from "./protocol";

/** Where the key of this browser is kept; one for each address of the daemon. */
const DATABASE = "nexus";
const STORE = "keys";
const NAME = "session";
/** In every browser, which Ed25519 is not. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/**
 * Signs the nonce of a challenge with the key to which this browser's session belongs, which no
 * script can take out of the browser. Nothing where pages have no keys: over plain HTTP, but for
 * this machine's own address.
 */
export async function proofOf(nonce: string): Promise<BrowserAuth | undefined> {
  // Undefined over plain HTTP, whatever its type says.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  pair ??= kept(subtle);
  const { publicKey: key, privateKey } = await pair;
  const publicKey = base64url(await subtle.exportKey("raw", key));
  const text = new TextEncoder().encode(`nexus-browser-1|${publicKey}|${nonce}`);
  const signature = base64url(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, text));
  return { publicKey, signature, nonce };
}

let pair: Promise<CryptoKeyPair> | undefined;

/** The key that is kept, or a new one; in memory only where the browser keeps nothing. */
async function kept(subtle: SubtleCrypto): Promise<CryptoKeyPair> {
  const made = (await subtle.generateKey(ALGORITHM, false, ["sign", "verify"])) as CryptoKeyPair;
  try {
    return await orKept(await opened(), made);
  } catch {
    return made;
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request);
}

/** In one transaction, so that tabs that open at once agree on a key. */
async function orKept(database: IDBDatabase, made: CryptoKeyPair): Promise<CryptoKeyPair> {
  try {
    const transaction = database.transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    const known = (await done(store.get(NAME))) as CryptoKeyPair | undefined;
    if (known) return known;
    await done(store.put(made, NAME));
    return made;
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
