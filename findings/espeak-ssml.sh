#!/usr/bin/env bash
# espeak-ng reads valid SSML otherwise than it says, without a word. Measured with npm's espeak-ng 1.0.2 (espeak-ng itself,
# compiled to WebAssembly); Debian's 1.51 (the first three) and 1.52 do the same. Needs Node.js and npm.
#
#  1. Pauses in a row are not added up: three of one second are one second.
#  2. An emphasis forgets the volume around it: inside of volume="silent" it is heard, and louder than usual.
#  3. interpret-as="characters" of a number of many digits says "comma" between its thousands: the text has none.
#  4. A tag behind two closing brackets is read aloud, and does nothing.
#  5. The full stop behind an element is said ("dot"): "wait <emphasis>now</emphasis>."
#  6. The same text in a breathy voice (+f3) is other samples in another second: its noise is seeded with the time.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund espeak-ng@1.0.2 >> npm.log
cat > measure.mjs << 'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import EspeakNg from 'espeak-ng';

async function run(file, ...args) {
  const lines = [];
  const print = (line) => lines.push(line);
  const espeak = await EspeakNg({ arguments: args, print, printErr: print });
  return file ? Buffer.from(espeak.FS.readFile(file)) : lines.join('\n');
}
const wav = (ssml, ...more) => run('/o.wav', '-m', '-w', '/o.wav', ...more, `<speak>${ssml}</speak>`);
const seconds = async (ssml) => ((await wav(ssml)).length - 44) / 44_100;
const rms = async (ssml) => {
  const samples = (await wav(ssml)).subarray(44);
  let sum = 0;
  for (let at = 0; at + 1 < samples.length; at += 2) sum += samples.readInt16LE(at) ** 2;
  return Math.round(Math.sqrt(sum / (samples.length / 2)));
};
const phonemes = async (ssml) =>
  String(await run('/p', '-m', '-q', '-x', '--phonout=/p', `<speak>${ssml}</speak>`)).trim();

let changed = false;
const show = (what, seen, isAsMeasured) => {
  console.log(`${what}: ${seen}${isAsMeasured ? '' : '   <- no longer so'}`);
  changed ||= !isAsMeasured;
};

console.log((await run(undefined, '--version')).split('Data')[0].trim());
const pause = '<break time="1s"/>';
const [one, three] = [await seconds(`a${pause}b`), await seconds(`a${pause.repeat(3)}b`)];
show('1. one pause of a second, three in a row', `${one.toFixed(2)} s, ${three.toFixed(2)} s`, Math.abs(one - three) < 0.1);

const [usual, loud] = [await rms('secret'), await rms('<prosody volume="silent"><emphasis level="strong">secret</emphasis></prosody>')];
show('2. level as usual, emphasised in silence', `${usual}, ${loud}`, loud > usual);

const spelled = await phonemes('<say-as interpret-as="characters">18005551234</say-as>');
show('3. 18005551234 in characters', spelled, spelled.includes("k'0m"));

const behind = await phonemes(`a]]${pause}b`);
show('4. a break behind two brackets', behind, behind.includes("br'eIk"));

const stop = await phonemes('wait <emphasis>now</emphasis>.');
show('5. a full stop behind an element', stop, stop.includes("d'0t"));

const first = await wav('she sells sea shells', '-v', 'en-us+f3');
await sleep(1_100);
const second = await wav('she sells sea shells', '-v', 'en-us+f3');
show('6. the same samples a second later', first.equals(second), !first.equals(second));
process.exitCode = changed ? 1 : 0;
JS
node measure.mjs
