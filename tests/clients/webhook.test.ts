import { describe, expect, it } from 'vitest';
import { verifyWebhook, type WebhookError } from '../../clients/sdk/carillon.js';

/** The example that the Standard Webhooks specification's own libraries are tested with. */
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const nowMs = 1_614_265_330_000;
const body = '{"test": 2432232314}';
const headers = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const reasonOf = (given: Promise<string>): Promise<string> =>
  given.then(
    () => 'accepted',
    (error: WebhookError) => error.reason,
  );

describe('a signed callback', () => {
  it('is known by the example of the specification, and answers its id', async () => {
    const id = await verifyWebhook({ headers, body }, { secrets: secret, nowMs });
    expect(id).toBe(headers['webhook-id']);
  });

  it('may come as bytes, with the headers of fetch, without the prefix of the secret', async () => {
    const given = { headers: new Headers(headers), body: new TextEncoder().encode(body) };
    const secrets = secret.replace('whsec_', '');
    expect(await reasonOf(verifyWebhook(given, { secrets, nowMs }))).toBe('accepted');
  });

  it('is known while secrets are changed: one of several, on either side', async () => {
    const several = `v1,AAAA v2,x ${headers['webhook-signature']} v1,!`;
    const given = { headers: { ...headers, 'webhook-signature': several }, body };
    expect(await reasonOf(verifyWebhook(given, { secrets: [other, secret], nowMs }))).toBe('accepted');
  });

  it.each<[string, Partial<Record<keyof typeof headers, string | undefined>>, string]>([
    ['without an id', { 'webhook-id': undefined }, 'header-missing'],
    ['with a timestamp that is none', { 'webhook-timestamp': '1e9' }, 'header-missing'],
    ['of another id', { 'webhook-id': 'msg_other' }, 'signature-differs'],
    ['of another instant', { 'webhook-timestamp': '1614265331' }, 'signature-differs'],
    ['of another version alone', { 'webhook-signature': 'v2,g0hM' }, 'signature-differs'],
  ])('%s is refused', async (_what, changed, reason) => {
    const given = { headers: { ...headers, ...changed }, body };
    expect(await reasonOf(verifyWebhook(given, { secrets: secret, nowMs }))).toBe(reason);
  });

  it('with another body, or by another secret, is refused', async () => {
    const options = { secrets: secret, nowMs };
    expect(await reasonOf(verifyWebhook({ headers, body: `${body} ` }, options))).toBe('signature-differs');
    expect(await reasonOf(verifyWebhook({ headers, body }, { secrets: other, nowMs }))).toBe(
      'signature-differs',
    );
  });

  it.each([
    [300_000, 'accepted'],
    [300_001, 'too-old'],
    [-300_000, 'accepted'],
    [-300_001, 'too-new'],
  ])('that is %i ms old is %s', async (ageMs, reason) => {
    const options = { secrets: secret, nowMs: nowMs + ageMs };
    expect(await reasonOf(verifyWebhook({ headers, body }, options))).toBe(reason);
  });

  it('cannot be checked with a secret that is none', async () => {
    await expect(verifyWebhook({ headers, body }, { secrets: 'whsec_?', nowMs })).rejects.toThrow(TypeError);
  });
});
