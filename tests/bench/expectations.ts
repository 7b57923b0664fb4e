/**
 * What `npm run bench -- --quick` expects. A bound is about half as good as what is usual, since machines differ and
 * are not alone: it is there to see what became twice as slow, not what became a tenth slower.
 */
import type { Expectation } from './ratios.js';

export const expectations: readonly Expectation[] = [
  {
    workload: 'accept-single',
    figure: 'perSecond',
    system: 'embedded',
    over: 'bare',
    atLeast: 0.1,
    usually: 0.2,
  },
  {
    workload: 'accept-batch',
    figure: 'perSecond',
    system: 'embedded',
    over: 'bare',
    atLeast: 0.05,
    usually: 0.1,
  },
  {
    workload: 'punctuality-1000',
    figure: 'p99',
    system: 'embedded',
    over: 'floor',
    plus: 5,
    atMost: 10,
    usually: 3,
  },
  { workload: 'drain', figure: 'perSecond', system: 'embedded', over: 'floor', atLeast: 0.1, usually: 0.25 },
  { workload: 'drain', figure: 'cpu', system: 'embedded', over: 'floor', atMost: 10, usually: 5 },
];
