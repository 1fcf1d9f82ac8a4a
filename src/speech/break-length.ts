import type { Element } from '@xmldom/xmldom';

const strengths: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 70,
  weak: 140,
  medium: 210,
  strong: 400,
  'x-strong': 800,
};

/** How long the pause of a `<break>` is, in milliseconds: its time, else what its strength says. */
export function breakLength(element: Element): number {
  const time = element.getAttribute('time');
  if (time) return Number.parseFloat(time) * (/ms$/i.test(time) ? 1 : 1_000);
  return strengths[element.getAttribute('strength') || 'medium'] ?? 0;
}
