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
    atLeast: 0.25,
    usually: 0.5,
  },
  {
    workload: 'accept-batch',
    figure: 'perSecond',
    system: 'embedded',
    over: 'floor',
    atLeast: 0.02,
    usually: 0.08,
  },
  {
    workload: 'punctuality-1000',
    figure: 'p99',
    system: 'embedded',
    over: 'floor',
    plus: 5,
    atMost: 8,
    usually: 2,
  },
  { workload: 'drain', figure: 'perSecond', system: 'embedded', over: 'floor', atLeast: 0.2, usually: 0.5 },
  { workload: 'drain', figure: 'cpu', system: 'embedded', over: 'floor', atMost: 5, usually: 2.4 },
];
