/**
 * Path and query of a URL as they go out. The parser writes `'` in a query as `%27`; a server that compares its signature with
 * the text it signed then refuses the request, so an apostrophe stays one.
 * @param text what the URL was parsed from, absolute or relative
 */
export function pathAsWritten(url: URL, text: string): string {
  const path = `${url.pathname}${url.search}`;
  const query: readonly string[] = queryOf(text).match(/'|%27/g) ?? [];
  if (!query.includes("'") || query.length !== (url.search.match(/%27/g) ?? []).length) return path;
  let next = 0;
  return `${url.pathname}${url.search.replaceAll('%27', () => query[next++] ?? '%27')}`;
}

/** The same for a whole URL: whoever has it asks for what was written. */
export function hrefAsWritten(url: URL, text: string): string {
  return url.href.replace(`${url.pathname}${url.search}`, () => pathAsWritten(url, text));
}

function queryOf(text: string): string {
  const [beforeHash = ''] = text.split('#', 1);
  const start = beforeHash.indexOf('?');
  return start < 0 ? '' : beforeHash.slice(start + 1);
}
