// Sends what somebody wants until somebody answers, always under the same key: it acts once.

const ATTEMPTS = 6;
const ATTEMPT_MS = 4000;

export function newKey() {
  const drawn = crypto.getRandomValues(new Uint8Array(15));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The answer's status and content; null if nobody ever answered. `failing` is told of each
// attempt that came to nothing: true if the hall answered that it cannot.
export async function post(address, content, failing) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() };
  const request = { method: 'POST', headers, body: JSON.stringify(content) };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await once(address, request);
    if (answer && answer.status !== 503) return answer;
    failing(answer !== null);
    await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
  }
  return null;
}

async function once(address, request) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ATTEMPT_MS);
  try {
    const answer = await fetch(address, { ...request, signal: patience.signal });
    return { status: answer.status, content: await answer.json() };
  } catch (error) {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
