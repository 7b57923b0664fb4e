import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../../../services/worker/delivery/retry-after.js';

const now = Date.UTC(2030, 0, 1);
const dayMs = 86_400_000;

it.each([
  ['0', 0],
  ['7', 7_000],
  [' 120 ', 120_000],
  ['86400', dayMs],
  ['99999999999999999999', dayMs],
  ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
  ['Tuesday, 01-Jan-30 00:00:30 GMT', 30_000],
  ['Tue Jan  1 00:00:30 2030', 30_000],
  ['Mon, 31 Dec 2029 23:59:00 GMT', 0],
  ['Fri, 01 Feb 2030 00:00:00 GMT', dayMs],
  [undefined, null],
  ['', null],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2030-01-01T00:00:30Z', null],
  ['Tue, 99 Foo 2030 00:00:30 GMT', null],
])('reads %j as %j', (value, expected) => {
  expect(retryAfterMs(value, now)).toBe(expected);
});
