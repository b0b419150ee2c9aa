// The hash that Edgeward makes with PASSWORD_HASH=pbkdf2, at the same cost, so that sign-in differs in what surrounds it alone.

const ITERATIONS = 100_000;

export async function derive(password, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS }, key, 256),
  );
}

export async function hash(password) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return `${salt.toBase64()}:${(await derive(password, salt)).toBase64()}`;
}

export async function verify({ hash: stored, password }) {
  const [salt, expected] = stored.split(":").map((part) => Uint8Array.fromBase64(part));
  return crypto.subtle.timingSafeEqual(await derive(password, salt), expected);
}
