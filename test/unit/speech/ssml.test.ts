import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { isSsml } from '../../../src/ports/speech.ts';
import { rebuildSsml } from '../../../src/speech/ssml.ts';

const inside = (text: string) => rebuildSsml(`<speak>${text}</speak>`);
const refused = (text: string) =>
  expect.soft(() => rebuildSsml(text), text.slice(0, 80)).toThrow(ActionError);

describe('what is allowed comes through', () => {
  test.each([
    ['<speak>hello</speak>', '<speak>hello</speak>'],
    ['  <speak>hello</speak>\n', '<speak>hello</speak>'],
    [
      '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">x</speak>',
      '<speak>x</speak>',
    ],
    ['<speak/>', '<speak/>'],
    ['\uFEFF<?xml version="1.0" encoding="UTF-16"?>\n<!-- c -->\n<speak>x</speak>\n', '<speak>x</speak>'],
    ['<speak>Grüße, 世界</speak>', '<speak>Grüße, 世界</speak>'],
    ['<speak><!-- a comment --><?php x ?>x</speak>', '<speak>x</speak>'],
    ['<speak><![CDATA[a < b]]></speak>', '<speak>a &#60; b</speak>'],
    ['<speak>a &lt; b &amp; &#99;</speak>', '<speak>a &#60; b &#38; c</speak>'],
  ])('%s', (text, result) => {
    expect(rebuildSsml(text)).toBe(result);
  });

  test.each([
    '<p><s>one</s><s>two</s></p>',
    '<break time="500ms"/>',
    '<break time="1.5s" strength="strong"/>',
    '<break time=".5s"/>',
    '<prosody rate="1.2" pitch="-2.5st" volume="+4.5dB">x</prosody>',
    '<prosody rate="+10%" pitch="120Hz" volume="100">x</prosody>',
    '<say-as interpret-as="time" format="hms12">2:30pm</say-as>',
    '<emphasis level="strong">x</emphasis>',
    '<prosody rate="slow" pitch="+10%" volume="-6dB">x</prosody>',
    '<say-as interpret-as="characters">ABC</say-as>',
    '<say-as interpret-as="date" format="dmy" detail="1">1.2.2003</say-as>',
    '<sub alias="World Wide Web">WWW</sub>',
    '<sub alias="A &#38; B">AB</sub>',
    '<prosody rate="66.6667%">x</prosody>',
    '<prosody rate=".8">x</prosody>',
    '<lang xml:lang="fr-CA">x</lang>',
    '<phoneme alphabet="ipa" ph="pɪˈkɑːn">x</phoneme>',
    '<phoneme ph="&#34;&#60;&#38;">x</phoneme>',
    '<voice name="en-US-Wavenet-D" required="gender" variant="2">x</voice>',
    '<voice gender="female" xml:lang="de" age="30">x</voice>',
    'a<mark name="here"/>b',
    '<w role="noun">x</w><token>y</token>',
    '<prosody range="x-high" duration="2s">x</prosody>',
  ])('%s', (text) => {
    expect(inside(text)).toBe(`<speak>${text}</speak>`);
  });

  test("as it stands in the clouds' own documents, without what only one of them knows", () => {
    expect(inside('<say-as interpret-as="currency" language="en-US">$42.01</say-as>')).toBe(
      '<speak><say-as interpret-as="currency" language="en-US">$42.01</say-as></speak>',
    );
    expect(inside('<say-as interpret-as="telephone" google:style="zero-as-zero">2122241555</say-as>')).toBe(
      '<speak><say-as interpret-as="telephone">2122241555</say-as></speak>',
    );
    expect(inside('<google:style name="lively">Hello</google:style>')).toBe('<speak>Hello</speak>');
    expect(inside('<amazon:effect name="whispered">a <p id="x">b</p></amazon:effect>')).toBe(
      '<speak>a <p>b</p></speak>',
    );
    expect(
      inside('<par><media xml:id="a" begin="2s"><speak>one</speak></media><media>two</media></par>'),
    ).toBe('<speak><speak>one</speak>two</speak>');
    const head = '<meta name="seeAlso" content="x"/><metadata><rdf>no word</rdf></metadata>';
    expect(inside(`${head}x`)).toBe('<speak>x</speak>');
    expect(rebuildSsml('<speak xmlns:amazon="y"><amazon:breath/>x</speak>')).toBe('<speak>x</speak>');
  });

  test('without what no engine does: of audio the words are said that stand for it', () => {
    const audio = '<audio src="https://example.com/x.wav"><desc>a dog</desc>woof</audio>';
    expect(inside(`a ${audio} b`)).toBe('<speak>a woof b</speak>');
    expect(inside('a<audio src="file:///etc/passwd" soundLevel="+2dB"/>')).toBe('<speak>a</speak>');
    expect(inside('<lexicon uri="https://example.com" xml:id="x"/>a')).toBe('<speak>a</speak>');
    expect(inside('<prosody contour="(0%,+20Hz) (40%,+2st)" rate="slow">a</prosody>')).toBe(
      '<speak><prosody rate="slow">a</prosody></speak>',
    );
    const root = '<speak version="1.1" onlangfailure="ignoretext" startmark="a" endmark="b">a</speak>';
    expect(rebuildSsml(root)).toBe('<speak>a</speak>');
  });

  test('and is no document where nothing but audio is in it', () => {
    for (const nothing of ['<audio src="x"/>', '<p> <audio src="x"><desc>a dog</desc></audio></p>'])
      expect(() => inside(nothing)).toThrow('<audio> is not played');
    expect(inside('<audio src="x"/><break time="1s"/>')).toBe('<speak><break time="1s"/></speak>');
  });

  test('and is the same when it is rebuilt again', () => {
    const once = inside('<p>a &lt;b&gt; &amp; "c"</p><sub alias="x &quot; y">z</sub>');
    expect(rebuildSsml(once)).toBe(once);
  });
});

describe('what is refused', () => {
  test.each(['script', 'svg', 'speak', 'constructor', '__proto__'])('<%s>', (tag) => {
    const [name] = tag.split(' ');
    if (name === 'speak') return; // a <speak> inside says nothing of its own
    refused(`<speak><${tag}>x</${name}></speak>`);
  });

  test.each([
    'p onclick="x"',
    'break time="10s" src="x"',
    'break time="-1s"',
    'break time="1e9s"',
    'break time="soon"',
    'break strength="enormous"',
    'prosody rate="1000000%"',
    'prosody rate="x-slow;"',
    'prosody rate="150"',
    'prosody rate="-"',
    'prosody volume="101"',
    'prosody volume="6 dB"',
    'prosody volume="loudest"',
    'prosody pitch="2"',
    'prosody pitch="+2st;"',
    'say-as interpret-as="A/../B"',
    'emphasis level="x"',
    'emphasis constructor="x"',
    'break __proto__="x"',
    'voice name="x&quot;/&gt;"',
    'voice src="x"',
    'voice gender="loud"',
    'lang xml:lang="../x"',
    'lang onclick="x"',
    'phoneme ph=""',
    'phoneme alphabet="I/P/A" ph="x"',
    'phoneme onload="x" ph="x"',
    'mark name="x" src="y"',
    'say-as interpret-as="date" language="../x"',
    'prosody duration="forever"',
  ])('the attribute of <%s>', (tag) => {
    refused(`<speak><${tag}>x</${tag.split(' ')[0]}></speak>`);
  });

  test.each([
    ['a document type', '<!DOCTYPE speak><speak>x</speak>'],
    ['an entity bomb', '<!DOCTYPE speak [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><speak>&b;</speak>'],
    ['an external entity', '<!doctype speak [<!ENTITY x SYSTEM "file:///etc/passwd">]><speak>&x;</speak>'],
    ['an entity nobody declared', '<speak>&x;</speak>'],
    ['another root', '<x>y</x>'],
    ['no root', 'hello'],
    ['no root behind a declaration', '<?xml version="1.0"?>hello'],
    ['another root behind a declaration', '<?xml version="1.0"?><vxml>x</vxml>'],
    ['nothing', ''],
    ['a document type behind a declaration', '<?xml version="1.0"?>\n<!DOCTYPE speak><speak>x</speak>'],
    ['two roots', '<speak>a</speak><speak>b</speak>'],
    ['text behind the root', '<speak>a</speak>b'],
    ['an unclosed element', '<speak><p>x</speak>'],
    ['an unclosed root', '<speak>x'],
    ['crossed elements', '<speak><p><s>x</p></s></speak>'],
    ['an attribute twice', '<speak><break time="1s" time="2s"/></speak>'],
    ['a namespace of its own', '<x:speak xmlns:x="http://www.w3.org/2001/10/synthesis">x</x:speak>'],
    ['an element of another namespace', '<speak xmlns:x="y"><x:audio src="z"/></speak>'],
  ])('%s', (_, text) => {
    expect(() => rebuildSsml(text)).toThrow(ActionError);
    expect(() => rebuildSsml(text)).toThrow(expect.objectContaining({ code: 'INVALID_TEXT' }));
  });

  test('elements nested more than twenty deep', () => {
    const nested = (depth: number) => inside(`${'<p>'.repeat(depth)}x${'</p>'.repeat(depth)}`);
    expect(nested(20)).toContain('x');
    expect(() => nested(21)).toThrow('nested too deep');
    expect(() => nested(600)).toThrow(ActionError);
  });
});

describe('pauses', () => {
  test('are at most ten seconds together', () => {
    expect(inside('<break time="9999ms"/>')).toContain('9999ms');
    expect(inside('<break time="4s"/><p><break time="6s"/></p>')).toContain('6s');
    for (const text of ['<break time="10001ms"/>', '<break time="99999s"/>', '<break time="1s"/>'.repeat(11)])
      expect(() => inside(text)).toThrow('10 s');
  });

  test('without a time do not disturb the sum', () => {
    expect(inside('<break/><break strength="x-strong"/>')).toContain('<break/>');
    expect(() => inside(`<break/>${'<break time="9s"/>'.repeat(2)}`)).toThrow('10 s');
  });

  test('of no strength are none', () => {
    expect(inside('<break strength="none"/>'.repeat(200))).toContain('none');
  });
});

test('whatever the text, only allowed elements and attributes come out', () => {
  const pieces = fc.constantFrom(
    '<p>', '</p>', '<break time="1s"/>', '<audio src="x"/>', '<!DOCTYPE x>', '&lt;', '&x;', '<![CDATA[<audio/>]]>', 'text', '<', '>', '"',
    "<phoneme ph='x>'>", '</phoneme>', '<voice name="x" y="z">', '</voice>', "<prosody rate='x'>", '</prosody>', '<!--', '-->', '<s onclick="x">', '</s>', '</speak>', '<speak>', '\u0000', '\ud800', ']]>',
  ); // biome-ignore format: pieces
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      let result: string;
      try {
        result = rebuildSsml(`<speak>${parts.join('')}</speak>`);
      } catch (error) {
        expect(error).toBeInstanceOf(ActionError);
        return;
      }
      const tags = [...result.matchAll(/<\/?([a-z-]+)((?: [a-z:-]+="[^"<>]*")*)\/?>/g)];
      expect(result.replace(/<\/?[a-z-]+(?: [a-z:-]+="[^"<>]*")*\/?>/g, '')).not.toMatch(/[<>]/);
      for (const [, name] of tags)
        expect([
          ...['speak', 'p', 's', 'break', 'emphasis', 'prosody', 'say-as', 'sub'],
          ...['voice', 'lang', 'phoneme', 'mark'],
        ]).toContain(name);
    }),
    { numRuns: 300 },
  );
});

test('a text is SSML when it begins so', () => {
  expect(['<speak>x</speak>', '  <speak version="1.0">x', '\n<speak/>'].every(isSsml)).toBe(true);
  expect(
    [
      '<?xml version="1.0"?><speak>x</speak>',
      '\uFEFF<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- a -- > <b> -->\n<?x y?>\n<speak>x</speak>',
      '<!-- c --><speak>',
      '<!DOCTYPE speak PUBLIC "-//W3C//DTD SYNTHESIS 1.0//EN" "x"><speak>x</speak>',
      '<?xml version="1.0"?><!doctype x [<!ENTITY a "b">]>',
      '<ssml:speak xmlns:ssml="x">x</ssml:speak>',
      '<?xml version="1.0"?>',
      '\uFEFF<?xml version="1.0"?><vxml>x</vxml>',
    ].every(isSsml),
  ).toBe(true);
  expect(
    ['<?xml', '<?xmlns x?>', '<!-- <speak> x', '<?x <speak>', '<!-- c --> x <speak>', '< speak>'].some(
      isSsml,
    ),
  ).toBe(false);
  expect(isSsml('<?x?>'.repeat(10_000))).toBe(false); // in no time
  expect(isSsml(`<!--${'?>-'.repeat(20_000)}`)).toBe(false);
  expect(['speak', '<speaker>', 'x <speak>', '<Speak>', ''].some(isSsml)).toBe(false);
});
