import { eventFamilies, type Family } from '../news/event-families.ts';
import { code } from './markdown.ts';

const head = ['| kind | events | `data` |', '| --- | --- | --- |'];

/** `docs/webhooks.md` with its table of all events, which is written by `npm run docs`; the rest of the page is by hand. */
export function withEvents(page: string): string {
  const lines = page.split('\n');
  const first = lines.indexOf(head[0] ?? '');
  if (first < 0) throw new Error('docs/webhooks.md: expected a table `| kind | events | data |`');
  const after = lines.indexOf('', first);
  return [...lines.slice(0, first), ...head, ...rows(), ...lines.slice(after)].join('\n');
}

function rows(): string[] {
  const families: readonly (readonly [string, Family<string, object>])[] = Object.entries(eventFamilies);
  return families.map(([family, { events, data }]) => {
    const told = Object.entries(events).map(([type, words]) =>
      words ? `${code(type)} (${words})` : code(type),
    );
    return `| ${family.replaceAll('_', ' ')} | ${told.join(', ')} | ${data} |`;
  });
}
