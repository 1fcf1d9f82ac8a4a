#!/usr/bin/env bash
# An RTP stream that begins anew with lower numbers is silent in all that Asterisk translates. Measured with Debian's Asterisk
# 22.10.1. Needs apt-get, dpkg, Node.js and npm; nothing is installed.
#
# A phone back from hold, or the border controller before it, begins a stream anew: another SSRC, and a first sequence number
# drawn at random (RFC 3550, 5.1). Here a call in PCMU is in Echo(), and has a snoop channel, which listens in slin.
#
#  Expected: the snoop channel hears what the echo gives back.
#  Seen: the echo gives back everything. The snoop channel hears nothing until the numbers have caught up with those before, 20
#  ms for each and so for up to eleven minutes; more than 32 768 ahead is behind, too. No log line and no event tells of it.
#
# The cause is Debian's patch for lost packets of Opus (2016_opus_plc.patch), which concerns every format: ast_translate drops
# as late what has a lower number than the frame before it, and does not look at the SSRC. What needs no translator is spared.
set -euo pipefail
version=1:22.10.1+dfsg+~cs6.17.60671434-1
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian} # or one that still has this version, once sid has gone on
folder=$(mktemp -d)
asterisk=
end() {
  if [ -n "$asterisk" ]; then kill -KILL "$asterisk" && wait "$asterisk" || true; fi 2> /dev/null
  rm -rf "$folder"
}
trap end EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund --no-update-notifier ws@8.23.0 >> npm.log

# An apt of its own, which knows of this machine only how to download.
mkdir -p apt/lists/partial apt/archives/partial
: > apt/status
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" > apt/sources.list
{
  apt-config dump Acquire | grep '"'
  echo 'Dir::Etc::main "/dev/null"; Dir::Etc::parts "/dev/null"; Dir::Etc::sourceparts "/dev/null";'
  echo 'Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";'
  echo "Dir::Etc::sourcelist \"$folder/apt/sources.list\"; Dir::State \"$folder/apt\"; Dir::Cache \"$folder/apt\";"
  echo "Dir::State::status \"$folder/apt/status\"; APT::Install-Recommends \"false\"; APT::Sandbox::User \"\";"
} > apt/apt.conf
export APT_CONFIG=$folder/apt/apt.conf
apt-get -qq update > apt/log
apt-get -qq --yes --download-only install "asterisk=$version" "asterisk-modules=$version" >> apt/log
for package in apt/archives/*.deb; do dpkg-deb -x "$package" root; done


# It listens on loopback only.
read -r sip http < <(node -e '
  const tcp = require("net").createServer().listen(0, "127.0.0.1", () => {
    const udp = require("dgram").createSocket("udp4").bind(0, "127.0.0.1", () => {
      console.log(udp.address().port, tcp.address().port);
      udp.close();
      tcp.close();
    });
  });')
loader=$(echo "$folder"/root/usr/lib/*/ld-linux*.so.*)
lib=$(dirname "$loader")
mkdir -p etc run spool/recording
cat > etc/asterisk.conf << CONF
[directories]
astetcdir => $folder/etc
astmoddir => $lib/asterisk/modules
astdatadir => $folder/root/usr/share/asterisk
astvarlibdir => $folder/run
astdbdir => $folder/run
astkeydir => $folder/run
astcachedir => $folder/run
astrundir => $folder/run
astlogdir => $folder/run
astspooldir => $folder/spool
CONF
{
  printf '[modules]\nautoload = no\n'
  printf 'require = %s.so\n' res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_http_websocket \
    res_websocket_client pbx_config res_pjproject res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp chan_pjsip \
    res_rtp_asterisk codec_ulaw format_sln res_stasis res_stasis_answer res_stasis_playback res_stasis_recording \
    res_stasis_snoop res_ari res_ari_model res_ari_channels res_ari_events res_ari_recordings app_stasis app_echo
} > etc/modules.conf
printf '[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = %s\n' "$http" > etc/http.conf
printf '[general]\nenabled = yes\n[me]\ntype = user\npassword = me\n' > etc/ari.conf
printf '[general]\nrtpstart = 10000\nrtpend = 10999\n' > etc/rtp.conf
printf '[measure]\nexten => echo,1,Echo()\n' > etc/extensions.conf
cat > etc/pjsip.conf << CONF
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:$sip
[phone]
type = endpoint
transport = udp
context = measure
disallow = all
allow = ulaw
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
CONF
run=("$loader" --library-path "$lib" root/usr/sbin/asterisk -C "$folder/etc/asterisk.conf")
setpriv --pdeathsig KILL "${run[@]}" -f > run/output 2>&1 &
asterisk=$!
for ((tries = 0; tries < 300; tries++)); do
  timeout 30 "${run[@]}" -rx 'core waitfullybooted' > run/booted 2>&1 || true
  if grep -q 'fully booted' run/booted; then break; fi
  kill -0 "$asterisk" || { tail run/output >&2; exit 1; }
  sleep 0.1
done
"${run[@]}" -V

cat > measure.mjs << 'JS'
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const [http, spool] = process.argv.slice(2);
const events = [];

async function until(condition, what) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(10)) {
    const result = await condition();
    if (result) return result;
  }
  throw new Error(`waited in vain for ${what}`);
}
const told = (type, is) => until(() => events.find((event) => event.type === type && is(event)), type);

async function ari(method, path, query = {}) {
  const url = `http://127.0.0.1:${http}/ari/${path}?${new URLSearchParams({ ...query, api_key: 'me:me' })}`;
  const response = await fetch(url, { method, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

// G.711 mu-law, there and back.
const linear = Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const size = (((code & 15) << 3) + 132 << ((code >> 4) & 7)) - 132;
  return code & 128 ? -size : size;
});
const mulaw = (sample) =>
  linear.reduce((best, size, byte) => (Math.abs(size - sample) < Math.abs(linear[best] - sample) ? byte : best), 0);
/** 20 ms of a tone; a whole number of its waves. */
const tone = (hertz) =>
  Buffer.from(Array.from({ length: 160 }, (_, at) => mulaw(8_000 * Math.sin((2 * Math.PI * hertz * at) / 8_000))));

/** Whether 20 ms are a tone. */
function is(hertz, samples) {
  let [power, real, imaginary] = [0, 0, 0];
  samples.forEach((sample, at) => {
    const angle = (2 * Math.PI * hertz * at) / 8_000;
    power += sample ** 2;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return power > 1e6 && (2 * (real ** 2 + imaginary ** 2)) / (power * samples.length) > 0.5;
}

/** A phone that answers whatever comes, and keeps what it hears in pieces of 20 ms. */
class Phone {
  sip = createSocket('udp4');
  rtp = createSocket('udp4');
  heard = [];
  #number = 20_000;
  #time = 0;
  #source = 1;

  async open() {
    for (const socket of [this.sip, this.rtp]) await once(socket.bind(0, '127.0.0.1'), 'listening');
    this.sip.on('message', (message, { port }) => this.#answer(String(message), port));
    this.rtp.on('message', (packet) => this.heard.push(Array.from(packet.subarray(12), (byte) => linear[byte])));
    return this;
  }
  #answer(request, port) {
    if (!/^(INVITE|BYE|OPTIONS) /.test(request)) return;
    const lines = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    const head = lines.map((line) => (/^To:/i.test(line) && !/tag=/.test(line) ? `${line};tag=phone` : line));
    const media = ['c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${this.rtp.address().port} RTP/AVP 0`, ''];
    const body = request.startsWith('INVITE') ? ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', ...media].join('\r\n') : '';
    this.to = Number(/^m=audio (\d+)/m.exec(request)?.[1] ?? this.to);
    const contact = `Contact: <sip:phone@127.0.0.1:${this.sip.address().port}>`;
    const more = [contact, 'Content-Type: application/sdp', `Content-Length: ${body.length}`, '', body];
    this.sip.send(['SIP/2.0 200 OK', ...head, ...more].join('\r\n'), port, '127.0.0.1');
  }
  restart(ahead) {
    this.#source += 1;
    this.#number += ahead;
  }
  async play(sound, isMore) {
    const start = performance.now();
    for (let packet = 0; isMore(packet); packet += 1) {
      await sleep(start + packet * 20 - performance.now());
      const header = Buffer.from([128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, this.#source]);
      header.writeUInt16BE(this.#number++ & 0xffff, 2);
      header.writeUInt32BE((this.#time += 160), 4);
      this.rtp.send(Buffer.concat([header, sound]), this.to, '127.0.0.1');
    }
  }
}

/** What is heard of four seconds sung in a stream that begins anew: of the echo, and of the snoop channel; in milliseconds. */
async function sung(id, ahead) {
  const phone = await new Phone().open();
  const endpoint = `PJSIP/phone/sip:phone@127.0.0.1:${phone.sip.address().port}`;
  await ari('POST', 'channels', { endpoint, channelId: id, context: 'measure', extension: 'echo', priority: 1 });
  await until(() => phone.to, 'a call');
  let isRecorded = false;
  const before = phone.play(tone(450), () => !isRecorded);
  await until(() => phone.heard.some((samples) => is(450, samples)), 'an echo');
  await ari('POST', `channels/${id}/snoop`, { app: 'measure', snoopId: `snoop-${id}`, spy: 'in' });
  await told('StasisStart', ({ channel }) => channel.id === `snoop-${id}`);
  await ari('POST', `channels/snoop-${id}/record`, { name: id, format: 'sln' });
  await told('RecordingStarted', ({ recording }) => recording.name === id);
  isRecorded = true;
  await before;
  await phone.play(tone(450), (packet) => packet < 50);
  phone.restart(ahead);
  await phone.play(tone(1_000), (packet) => packet < 200);
  // Meanwhile what is on its way arrives.
  await phone.play(tone(450), (packet) => packet < 10);
  await ari('POST', `recordings/live/${id}/stop`);
  await told('RecordingFinished', ({ recording }) => recording.name === id);
  await ari('DELETE', `channels/${id}`);
  phone.sip.close();
  phone.rtp.close();
  const file = readFileSync(`${spool}/recording/${id}.sln`);
  const recorded = Array.from({ length: Math.floor(file.length / 320) }, (_, at) =>
    Array.from({ length: 160 }, (_, sample) => file.readInt16LE((at * 160 + sample) * 2)),
  );
  const length = (hertz, pieces) => pieces.filter((samples) => is(hertz, samples)).length * 20;
  return { before: length(450, recorded), echo: length(1_000, phone.heard), snoop: length(1_000, recorded) };
}

const options = { handshakeTimeout: 30_000 };
const socket = new WebSocket(`ws://127.0.0.1:${http}/ari/events?app=measure&api_key=me:me`, options);
socket.on('message', (event) => events.push(JSON.parse(event)));
await once(socket, 'open');

/** How far ahead the new stream's numbers are, and the least and the most that the snoop channel hears of it. */
const cases = [
  ['with the numbers going on', 0, 3_400, 4_100],
  ['100 behind', -100, 1_400, 2_400],
  ['5 000 behind', -5_000, 0, 200],
  ['30 000 ahead', 30_000, 3_400, 4_100],
  ['40 000 ahead', 40_000, 0, 200],
];
const results = await Promise.all(cases.map(([, ahead], at) => sung(`call${at}`, ahead)));
console.log('of 4.00 s in a new stream');
for (const [at, [what, , least, most]] of cases.entries()) {
  const { before, echo, snoop } = results[at];
  const isAsMeasured = before > 200 && echo >= 3_400 && least <= snoop && snoop <= most;
  const seconds = [echo, snoop].map((length) => `${(length / 1_000).toFixed(2)} s`);
  console.log(`${what}: the echo ${seconds[0]}, the snoop channel ${seconds[1]}${isAsMeasured ? '' : '   <- no longer so'}`);
  if (!isAsMeasured) process.exitCode = 1;
}
socket.terminate();
JS
setpriv --pdeathsig KILL node measure.mjs "$http" "$folder/spool"
