import { describe, expect, test } from 'vitest';
import { rebuildSsml } from '../../../src/speech/ssml.ts';
import { espeakSsml } from '../../../src/speech/tts/espeak-ssml.ts';

const written = (text: string, language = 'en-us') =>
  espeakSsml(rebuildSsml(`<speak>${text}</speak>`), { language, usualPitch: 100 }).slice(7, -8);

describe('pauses', () => {
  test.each([
    ['1s', 1_000],
    ['1.5s', 1_500],
    ['.5s', 500],
    ['+2s', 2_000],
    ['0.25s', 250],
    ['1.25S', 1_250],
    ['1500ms', 1_500],
    ['250.4ms', 250],
  ])('of %s are whole milliseconds', (time, length) => {
    expect(written(`a<break time="${time}"/>b`)).toBe(`a<break time="${length}ms"/>b`);
  });

  test.each([
    ['<break/>', 210],
    ['<break strength="x-weak"/>', 70],
    ['<break strength="x-strong"/>', 800],
    ['<break strength="x-strong" time="100ms"/>', 100],
  ])('%s has a length of its own', (pause, length) => {
    expect(written(`a${pause}b`)).toBe(`a<break time="${length}ms"/>b`);
  });

  test('of no length are none', () => {
    expect(written('a<break strength="none"/>b<break time="0s"/>c')).toBe('abc');
  });

  test('in a row are one as long as all', () => {
    expect(written('a<break time="1s"/> <break time="500ms"/>.<p><break time="1s"/></p>b')).toContain(
      '<break time="2500ms"/>b',
    );
    expect(written('a<break time="1s"/>b<break time="1s"/>c').match(/1000ms/g)).toHaveLength(2);
  });

  test('stand outside of what is said slowly or spelled', () => {
    expect(written('<prosody rate="50%">a<break time="2s"/>b</prosody>')).toBe(
      '<prosody rate="50%">a</prosody><break time="2000ms"/><prosody rate="50%">b</prosody>',
    );
    expect(written('<say-as interpret-as="characters">a<break time="2s"/>b</say-as>')).toBe(
      '<say-as interpret-as="characters">a</say-as><break time="2000ms"/><say-as interpret-as="characters">b</say-as>',
    );
  });

  test('behind a sign are no longer than asked for, however slow it is', () => {
    const slow = (text: string) => `<prosody rate="50%">${text}</prosody>`;
    expect(written(slow('a!<break time="1s"/>b, c.'))).toBe(
      `${slow('a')}!<break time="1000ms"/>${slow('b, c.')}`,
    );
    expect(written(`<s>${slow('a?')} </s><s>b</s>`)).toBe(`${slow('a')}? <s/>b`);
    expect(written(`<emphasis level="strong">a,</emphasis>, <break time="1s"/>`)).toMatch(
      />a<\/prosody><\/emphasis>,, <break time="1000ms"\/>$/,
    );
    expect(written(slow('a."<break time="1s"/>b'))).toContain('a</prosody>。<break');
    expect(written(slow('(a?)<break time="1s"/>b'))).toContain('(a</prosody>?<break');
    // Only the sign of a text, and not the end of a character.
    expect(written(slow('a&#62;<break time="1s"/>b'))).toContain('a&#62;</prosody><break');
    expect(written(slow('<say-as interpret-as="characters">,</say-as><break time="1s"/>b'))).toContain(
      '>,</say-as></prosody>',
    );
  });

  test('of the longest texts are written in no time', () => {
    const began = performance.now();
    written(`a${','.repeat(2_400)}a${'<s/>a'.repeat(500)}`);
    written(`<prosody rate="50%">a${',"'.repeat(2_400)}</prosody><s/>b`);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('at the beginning and at the end are heard', () => {
    expect(written('<break time="1s"/>a<break time="2s"/>')).toBe(
      '<break time="1000ms"/>a<break time="2000ms"/>',
    );
  });
});

describe('sentences and paragraphs', () => {
  test('end once, however they are nested, and only between words', () => {
    expect(written('<s>One.</s><s>Two.</s>')).toBe('One.<s/>Two.');
    expect(written('<p><s>One.</s> <s>Two.</s></p> <p>Three.</p>')).toBe(
      'One. <s/>Two. <s/><break time="1000ms"/>Three.',
    );
    expect(written(`a${'<p/>'.repeat(500)}b`)).toBe('a<s/><break time="1000ms"/>b');
  });

  test('do not shorten a pause between them, nor add to it', () => {
    expect(written('<p>a</p><break time="3s"/><p>b</p>')).toBe('a<s/><break time="3000ms"/>b');
  });
});

describe('prosody', () => {
  const attributes = (prosody: string) =>
    written(`<prosody ${prosody}>x</prosody>`).match(/^<prosody (.*)>x</)?.[1];

  test.each([
    ['x-slow', '60%'], ['fast', '125%'], ['80%', '80%'], ['+20%', '120%'], ['-12.5%', '88%'], ['1.5', '150%'], ['0.5', '50%'], ['+0.5', '150%'],
    ['1%', '20%'], ['900%', '300%'],
  ])('of the rate %s', (rate, percent) => {
    expect(attributes(`rate="${rate}"`)).toBe(`rate="${percent}"`);
  }); // biome-ignore format: a table

  test.each([
    ['+6dB', 200], ['-6dB', 50], ['6dB', 200], ['-20db', 10], ['+40dB', 300], ['50', 50], ['0', 0], ['+10', 110], ['-10', 90], ['+50%', 150],
    ['50%', 50], ['silent', 0], ['soft', 65], ['x-loud', 230], ['12.5', 13],
  ])('of the volume %s', (volume, percent) => {
    expect(attributes(`volume="${volume}"`)).toBe(`volume="${percent}"`);
  }); // biome-ignore format: a table

  test.each([
    ['+12st', '200%', '200%'], ['-12st', '0%', '50%'], ['+100%', '200%', '200%'], ['200%', '200%', '200%'], ['+100Hz', '200%', '200%'],
    ['50Hz', '0%', '50%'], ['-50Hz', '0%', '50%'], ['+48st', '200%', '200%'], ['+2.5st', '121%', '116%'],
  ])('of the pitch %s', (pitch, own, range) => {
    expect(attributes(`pitch="${pitch}"`)).toBe(`pitch="${own}" range="${range}"`);
  }); // biome-ignore format: a table

  test.each([
    'rate="medium"',
    'rate="100%"',
    'volume="+0dB"',
    'volume="100"',
    'pitch="+0st"',
    'pitch="default"',
  ])('that changes nothing is not written: %s', (prosody) => {
    expect(written(`<prosody ${prosody}>x</prosody>`)).toBe('x');
  });

  test('changes what surrounds it, and ends where it ends', () => {
    expect(
      written('<prosody volume="-6dB">a<prosody volume="-6dB" rate="slow">b</prosody>c</prosody>d'),
    ).toBe(
      '<prosody volume="50">a</prosody><prosody rate="80%" volume="25">b</prosody><prosody volume="50">c</prosody>d',
    );
  });

  test('holds in an emphasis', () => {
    expect(written('<prosody volume="silent"><emphasis level="strong">x</emphasis></prosody>')).toBe(
      '<emphasis level="strong"><prosody volume="0">x</prosody></emphasis>',
    );
    expect(written('<emphasis><prosody volume="50%">x</prosody></emphasis>')).toContain('volume="60"');
    expect(written('<emphasis level="strong"><emphasis level="none">x</emphasis></emphasis>')).toBe('x');
  });
});

describe('words', () => {
  test('are signs alone as well, where they are spelled', () => {
    expect(written('<say-as interpret-as="characters">-?</say-as>')).toBe(
      '<say-as interpret-as="characters">- ?</say-as>',
    );
    expect(
      written('a<break time="1s"/><say-as interpret-as="characters"> </say-as><break time="1s"/>b'),
    ).toContain('<break time="2000ms"/>b');
  });

  test('are the alias where there is one, of any letters', () => {
    expect(written('the <sub alias="World &quot;Wide&quot; Web">WWW</sub>')).toBe(
      'the World &#34;Wide&#34; Web',
    );
  });

  test.each([
    'a[[b]]',
    'a&#91;&#91;b]]',
    'a<![CDATA[[]]>[b]]',
    'a[<emphasis level="none">[b</emphasis>]]',
    '[[[[',
    '<sub alias="[[b]]">a</sub>',
  ])('in double brackets are no phonemes: %s', (text) => {
    expect(written(text)).not.toContain('[[');
    expect(written(text)).toContain('[ [');
  });

  test('in double brackets have no tag read aloud behind them', () => {
    expect(written('a[[b]] c<break time="1s"/>d]]')).toBe('a[ [b] ] c<break time="1000ms"/>d] ]');
    expect(written('a[[b]]<break time="1s"/>c')).not.toContain(']]');
    expect(written('<s>a]</s>]b')).not.toContain(']]');
  });

  test('that are said instead of something are no part of the word beside them', () => {
    const digits = '<say-as interpret-as="digits">12</say-as>';
    expect(written(`a${digits}${digits}, b`)).toBe('a 1 2 1 2, b');
    expect(written('x<say-as interpret-as="currency">-$5</say-as>.')).toMatch(/^x -5 US dollars\.$/);
    expect(written('the<sub alias="World">W</sub>.')).toBe('the World.');
    expect(written('a<emphasis level="none">b</emphasis>c')).toBe('abc');
  });

  test.each([
    ['<emphasis level="reduced">go</emphasis>. Now', '</emphasis>。 Now'],
    ['<say-as interpret-as="characters">go</say-as>.', '</say-as>。'],
    ['<prosody rate="50%">go."</prosody>', 'go。&#34;</prosody>'],
    ['go .', 'go 。'],
    ['<break time="1s"/>. Go', '/>。 Go'],
  ])('are never a full stop beside a tag: %s', (text, unnamed) => {
    expect(written(text)).toContain(unnamed);
  });

  test.each([
    '<say-as interpret-as="characters">. a .</say-as>',
    '<prosody rate="50%">3</prosody>.5',
    'Go. Now.',
    'Go ... now',
    '<prosody rate="50%">go</prosody>...',
    '<prosody rate="50%">2 p.m.</prosody>',
  ])('keep a full stop elsewhere: %s', (text) => {
    expect(written(text)).toBe(text);
  });

  test('have no characters that the engine takes for its own', () => {
    expect(written('a&#1;50S b\u0001V c&#xE03C;')).toBe('a 50S b V c ');
  });
});

test('of what it cannot do the words are said', () => {
  const text =
    'a <voice name="en-US-Wavenet-D">b</voice> <lang xml:lang="fr-FR">c</lang> <phoneme alphabet="ipa" ph="x">d</phoneme><mark name="m"/> e';
  expect(written(text)).toBe('a b c d e');
});
