#!/usr/bin/env bash
# Over ARI a key that follows another closely is read twice, and mindtmfduration does not help. Measured with Debian's Asterisk
# 22.10.1. Needs apt-get, dpkg, Node.js and npm; nothing is installed.
#
# A phone presses 123456789 by RFC 4733, 80 ms each, in pauses of 20 or 60 ms. mindtmfduration is 1, so no key is stretched.
#
#  Expected: one ChannelDtmfReceived for each key, as whoever is bridged to the phone gets it.
#  Seen: with pauses of 20 ms most are told twice, with the same duration and nothing that sets the second apart from a key that
#  was pressed twice; in a bridge too, though the other phone there is sent each key once. While a sound file is played
#  (`sound:`) each is told once, but not while a tone is (`tone:`). With pauses of 60 ms each is told once.
#
# The cause: the event is sent where a digit's end is read (__ast_read). If the digit before has been over for less than 45 ms
# (AST_MIN_DTMF_GAP), the end is put back and read again. While a file is played, AST_FLAG_END_DTMF_ONLY leaves no gaps.
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
mkdir etc run spool
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
[options]
mindtmfduration = 1
CONF
{
  printf '[modules]\nautoload = no\n'
  printf 'require = %s.so\n' res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_http_websocket \
    res_websocket_client res_pjproject res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp chan_pjsip \
    res_rtp_asterisk codec_ulaw format_sln bridge_simple res_stasis res_stasis_answer res_stasis_playback res_stasis_recording \
    res_stasis_snoop res_ari res_ari_model res_ari_channels res_ari_bridges res_ari_events app_stasis
} > etc/modules.conf
printf '[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = %s\n' "$http" > etc/http.conf
printf '[general]\nenabled = yes\n[me]\ntype = user\npassword = me\n' > etc/ari.conf
printf '[general]\nrtpstart = 10000\nrtpend = 10999\n' > etc/rtp.conf
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
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const [http] = process.argv.slice(2);
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


/** By their numbers (RFC 4733, 3.2). */
const names = '0123456789*#ABCD';
const keys = '123456789';
/** Comes long after the others. */
const last = '#';

/** A phone that answers whatever comes, and keeps the keys it is told. */
class Phone {
  sip = createSocket('udp4');
  rtp = createSocket('udp4');
  keys = new Map();
  #number = 20_000;
  #time = 0;

  async open() {
    for (const socket of [this.sip, this.rtp]) await once(socket.bind(0, '127.0.0.1'), 'listening');
    this.sip.on('message', (message, { port }) => this.#answer(String(message), port));
    // All packets of one key have the time at which it began.
    this.rtp.on('message', (packet) => {
      if ((packet[1] & 127) === 101) this.keys.set(packet.readUInt32BE(4), names[packet[12]]);
    });
    return this;
  }
  #answer(request, port) {
    if (!/^(INVITE|BYE|OPTIONS) /.test(request)) return;
    const lines = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    const head = lines.map((line) => (/^To:/i.test(line) && !/tag=/.test(line) ? `${line};tag=phone` : line));
    const audio = [`m=audio ${this.rtp.address().port} RTP/AVP 0 101`, 'a=rtpmap:101 telephone-event/8000', ''];
    const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...audio];
    const body = request.startsWith('INVITE') ? sdp.join('\r\n') : '';
    this.to = Number(/^m=audio (\d+)/m.exec(request)?.[1] ?? this.to);
    const contact = `Contact: <sip:phone@127.0.0.1:${this.sip.address().port}>`;
    const more = [contact, 'Content-Type: application/sdp', `Content-Length: ${body.length}`, '', body];
    this.sip.send(['SIP/2.0 200 OK', ...head, ...more].join('\r\n'), port, '127.0.0.1');
  }
  #send(type, time, payload) {
    const header = Buffer.from([128, type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    header.writeUInt16BE(this.#number++, 2);
    header.writeUInt32BE(time, 4);
    this.rtp.send(Buffer.concat([header, payload]), this.to, '127.0.0.1');
  }
  /** What is sent every 20 ms: of each key five packets, the last of them its end, and in the pauses silence. */
  *#slots(text, pause) {
    for (const key of text) {
      const began = this.#time;
      const report = (flags, duration) =>
        this.#send(101, began, Buffer.from([names.indexOf(key), flags, duration >> 8, duration & 255]));
      for (const slot of [1, 2, 3, 4]) yield report(10, slot * 160);
      // The end is sent three times.
      yield [0, 0, 0].forEach(() => report(138, 640));
      for (let silent = 20; silent < pause; silent += 20) yield this.#send(0, this.#time, Buffer.alloc(160, 255));
    }
  }
  /** Presses keys for 80 ms each. What a busy machine sends late is caught up with, but not at the cost of a long pause. */
  async press(text, pause) {
    let due = performance.now();
    for (const _ of this.#slots(text, pause)) {
      this.#time += 160;
      due = Math.max(due + 20, performance.now() + (pause > 45 ? 20 : 0));
      await sleep(due - performance.now());
    }
  }
}

/** A call to a phone, up. */
async function call(id) {
  const phone = await new Phone().open();
  const endpoint = `PJSIP/phone/sip:phone@127.0.0.1:${phone.sip.address().port}`;
  await ari('POST', 'channels', { endpoint, channelId: id, app: 'measure' });
  await told('StasisStart', ({ channel }) => channel.id === id);
  return phone;
}

/** The keys as ARI tells them, those of another duration marked. */
async function read(id, phone, pause) {
  await phone.press(keys.slice(0, -1), pause);
  await phone.press(keys.at(-1), 400);
  await phone.press(last, 100);
  const isOf = ({ type, channel }) => type === 'ChannelDtmfReceived' && channel.id === id;
  await told('ChannelDtmfReceived', (event) => isOf(event) && event.digit === last);
  const readings = events.filter(isOf).map(({ digit, duration_ms }) => (duration_ms === 80 ? digit : `(${duration_ms} ms)`));
  return readings.slice(0, readings.indexOf(last)).join('');
}

const options = { handshakeTimeout: 30_000 };
const socket = new WebSocket(`ws://127.0.0.1:${http}/ari/events?app=measure&api_key=me:me`, options);
socket.on('message', (event) => events.push(JSON.parse(event)));
await once(socket, 'open');

/** Whether each key is there, and so many of them twice. A busy machine makes a pause longer or shorter now and then. */
function show(what, seen, least, most) {
  const twice = [...keys].filter((key) => seen.includes(key + key)).length;
  const isWhole = seen.replace(/(.)\1/g, '$1') === keys;
  const isAsMeasured = isWhole && least <= twice && twice <= most;
  console.log(`${what}: ${seen}${isAsMeasured ? '' : '   <- no longer so'}`);
  if (!isAsMeasured) process.exitCode = 1;
}

show('pauses of 60 ms', await read('slow', await call('slow'), 60), 0, 2);
show('pauses of 20 ms', await read('quick', await call('quick'), 20), 4, 9);

writeFileSync('silence.sln', Buffer.alloc(16_000 * 30));
for (const [what, media, least, most] of [
  ['a sound file', `sound:${process.cwd()}/silence`, 0, 0],
  ['a tone', 'tone:440', 4, 9],
]) {
  const id = media.slice(0, 4);
  const phone = await call(id);
  await ari('POST', `channels/${id}/play/${id}`, { media });
  await told('PlaybackStarted', ({ playback }) => playback.id === id);
  show(`while ${what} is played`, await read(id, phone, 20), least, most);
  if (events.some(({ type, playback }) => type === 'PlaybackFinished' && playback.id === id)) throw new Error('over too soon');
}

const [one, other] = [await call('one'), await call('other')];
await ari('POST', 'bridges/both', { type: 'mixing' });
await ari('POST', 'bridges/both/addChannel', { channel: 'one,other' });
await told('ChannelEnteredBridge', ({ channel }) => channel.id === 'other');
show('in a bridge', await read('one', one, 20), 4, 9);
const sent = () => [...other.keys.values()].join('');
await until(() => sent().includes(last), 'the last key');
show('what the other one in it is sent', sent().replace(last, ''), 0, 0);
process.exit();
JS
setpriv --pdeathsig KILL node measure.mjs "$http"
