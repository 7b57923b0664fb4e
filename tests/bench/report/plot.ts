/**
 * The distribution of lateness as an SVG of its own, a line a system: across, lateness on a logarithmic scale from 1 ms
 * (what came within the first millisecond lies on the left edge); upwards, the share of timers that were called within
 * it, stretched towards 1 so that the last hundredth and thousandth are seen. Pure.
 */
import type { Histogram } from '../call-account.js';
import { countOf } from './statistics.js';

export interface Line {
  title: string;
  lateness: Histogram;
}

const size = { width: 900, height: 480, left: 70, right: 250, top: 50, bottom: 50 };
const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
};
const colours = ['#0b6e4f', '#c1292e', '#235789', '#f1a208', '#6a4c93', '#1b998b', '#8d5b4c', '#5c5c5c'];
const dashes = ['', '6 3', '2 3'];
const shares = [0, 0.5, 0.9, 0.99, 0.999, 0.9999];
const lateTicks = [1, 10, 100, 1_000, 10_000, 100_000];

export function plotOf(title: string, lines: readonly Line[]): string {
  const drawn = lines.filter(({ lateness }) => countOf(lateness) > 0);
  const latest = Math.max(10, ...drawn.map(({ lateness }) => lateness.at(-1)![0]));
  const across = (latenessMs: number): number =>
    size.left + (Math.log10(Math.max(1, latenessMs)) / Math.log10(latest)) * inner.width;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    text(size.left, 24, title, 'font-size="15"'),
    ...shares.map(shareGrid),
    ...lateTicks.filter((tick) => tick <= latest).map((tick) => lateGrid(tick, across(tick))),
    ...drawn.map((line, i) => curve(line, across, i)),
    ...drawn.map(({ title: name }, i) => legend(name, i)),
    '</svg>',
    '',
  ].join('\n');
}

/** Where a share stands: each further nine takes as much room as the one before. */
export function heightOf(share: number): number {
  const most = shares.at(-1)!;
  return Math.log10(1 - Math.min(share, most)) / Math.log10(1 - most);
}

const upwards = (share: number): number => round(size.top + (1 - heightOf(share)) * inner.height);

function curve({ lateness }: Line, across: (latenessMs: number) => number, i: number): string {
  const total = countOf(lateness);
  let seen = 0;
  const steps = lateness.map(([latenessMs, timers]) => {
    seen += timers;
    return `H${round(across(latenessMs))}V${upwards(seen / total)}`;
  });
  return `<path d="M${size.left} ${upwards(0)}${steps.join('')}" fill="none" stroke-width="2" ${strokeOf(i)}/>`;
}

function strokeOf(i: number): string {
  const dash = dashes[Math.floor(i / colours.length) % dashes.length]!;
  return `stroke="${colours[i % colours.length]}"${dash && ` stroke-dasharray="${dash}"`}`;
}

function legend(name: string, i: number): string {
  const x = size.width - size.right + 20;
  const y = size.top + 8 + i * 20;
  return `<path d="M${x} ${y}h24" stroke-width="2" ${strokeOf(i)}/>${text(x + 32, y + 4, name)}`;
}

function shareGrid(share: number): string {
  const y = upwards(share);
  const line = `<path d="M${size.left} ${y}h${inner.width}" stroke="#ddd"/>`;
  return line + text(size.left - 8, y + 4, `${round(share * 100)} %`, 'text-anchor="end"');
}

function lateGrid(tick: number, x: number): string {
  const foot = size.height - size.bottom;
  const line = `<path d="M${round(x)} ${size.top}V${foot}" stroke="#ddd"/>`;
  return line + text(round(x), foot + 20, `${tick.toLocaleString('en')} ms`, 'text-anchor="middle"');
}

function text(x: number, y: number, words: string, more = ''): string {
  const safe = words.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text x="${x}" y="${y}" ${more}>${safe}</text>`;
}

function round(figure: number): number {
  return Math.round(figure * 100) / 100;
}
