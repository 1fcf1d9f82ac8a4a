/** The data of each event of a stream (WHATWG HTML 9.2.6), as soon as it is whole; nothing else of an event is used here. */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let data: string[] = [];
  let rest = '';
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    rest += text;
    // Looked through once only: a server may send a line letter by letter.
    if (!/[\r\n]/.test(text)) continue;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') data.push(...dataIn(line));
      else if (data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
  // Not every server ends its last event with a blank line.
  data.push(...rest.split('\r').flatMap(dataIn));
  if (data.length > 0) yield data.join('\n');
}

function dataIn(line: string): string[] {
  const value = /^data(?::|$) ?(.*)$/s.exec(line)?.[1];
  return value === undefined ? [] : [value];
}
