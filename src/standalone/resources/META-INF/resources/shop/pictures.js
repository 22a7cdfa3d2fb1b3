// Drawings of the products, seen from above. Decorative: the names are beside them.

import { svg } from '../shared/dom.js';

const PORCELAIN = '#fffdf8';
const RIM = '#cfc6b4';
const SAUCER = '#e6decd';

export function picture({ shape, tone }) {
  return svg(
    'svg',
    { viewBox: '0 0 120 120', class: 'picture', 'aria-hidden': 'true', focusable: 'false' },
    SHAPES[shape](tone),
  );
}

const circle = (r, attributes) => svg('circle', { cx: 60, cy: 60, r, ...attributes });
const path = (d, attributes) => svg('path', { d, fill: 'none', 'stroke-linecap': 'round', ...attributes });

const SHAPES = {
  cup: (tone) => [
    circle(54, { fill: SAUCER }),
    circle(54, { fill: 'none', stroke: RIM }),
    circle(38, { fill: PORCELAIN, stroke: RIM }),
    circle(31, { fill: tone }),
    path('M40 50a24 24 0 0 1 14-13', { stroke: PORCELAIN, 'stroke-width': 3, 'stroke-opacity': 0.7 }),
    path('M66 70q9-2 10-11q-9 1-10 11z', { fill: '#2f4a2c', 'fill-opacity': 0.75 }),
  ],
  pearls: (tone) => [
    circle(54, { fill: SAUCER, stroke: RIM }),
    circle(44, { fill: PORCELAIN, stroke: RIM }),
    [[44, 44], [66, 38], [80, 56], [38, 66], [59, 60], [76, 78], [54, 82]].map(([x, y], index) => [
      svg('circle', { cx: x, cy: y, r: 10, fill: tone, stroke: '#6f7a3a' }),
      path(`M${x - 6} ${y + index - 3}q6-7 12 0`, { stroke: '#6f7a3a' }),
    ]),
  ],
  cake: (tone) => [
    circle(54, { fill: PORCELAIN, stroke: RIM }),
    circle(46, { fill: tone }),
    [16, 26, 36].map((r) =>
      circle(r, { fill: 'none', stroke: SAUCER, 'stroke-opacity': 0.35, 'stroke-dasharray': `${r / 3} 7` }),
    ),
    svg('rect', { x: 44, y: 38, width: 32, height: 44, rx: 2, fill: '#b8442f' }),
    path('M60 46v28M52 54h16M54 66h12', { stroke: PORCELAIN, 'stroke-width': 2.5 }),
  ],
  leaves: (tone) => [
    circle(54, { fill: SAUCER, stroke: RIM }),
    circle(44, { fill: PORCELAIN, stroke: RIM }),
    [[0, '#7f9160'], [72, '#a9b37f'], [144, tone], [216, '#8b9c69'], [288, tone]].map(([angle, fill]) =>
      svg('path', {
        d: 'M60 58c-12-8-14-22-2-36 14 12 14 26 2 36z',
        fill,
        stroke: '#5f6f45',
        transform: `rotate(${angle} 60 60)`,
      }),
    ),
  ],
  pot: (tone) => [
    path('M92 60q20-2 20-18', { stroke: tone, 'stroke-width': 11 }),
    path('M28 50q-20 2-20 12t20 8', { stroke: tone, 'stroke-width': 7 }),
    circle(37, { fill: tone, stroke: RIM }),
    circle(23, { fill: tone, stroke: PORCELAIN, 'stroke-opacity': 0.6 }),
    circle(7, { fill: PORCELAIN, 'fill-opacity': 0.75 }),
  ],
  crate: (tone) => [
    svg('rect', { x: 10, y: 14, width: 100, height: 92, rx: 6, fill: SAUCER, stroke: RIM }),
    [0, 1, 2].flatMap((row) =>
      [0, 1, 2, 3].map((column) => [
        svg('circle', { cx: 24 + column * 24, cy: 32 + row * 28, r: 10, fill: tone, 'fill-opacity': 0.6 + row * 0.2 }),
        svg('circle', { cx: 24 + column * 24, cy: 32 + row * 28, r: 6, fill: 'none', stroke: PORCELAIN }),
      ]),
    ),
  ],
  sachet: (tone) => [
    path('M60 44V20q0-8 14-8h10', { stroke: RIM, 'stroke-width': 2 }),
    svg('rect', { x: 80, y: 6, width: 18, height: 14, rx: 2, fill: tone, stroke: RIM }),
    path('M44 44h32l8 52a4 4 0 0 1-4 4H40a4 4 0 0 1-4-4z', { fill: PORCELAIN, stroke: RIM }),
    path('M42 74h36l4 22H38z', { fill: tone, 'fill-opacity': 0.7 }),
  ],
};
