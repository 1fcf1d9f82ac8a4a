#!/usr/bin/env bash
# Over ARI the id of a playback is taken while it is in use, and there are two of that id. Measured with Debian's Asterisk
# 22.10.1. Needs apt-get, dpkg, Node.js and npm; nothing is installed.
#
# `POST /channels/{id}/play/{playbackId}` leaves the id to whoever asks, so a request whose answer was lost can be repeated.
#
#  Expected: 409, as for a channel whose id is in use; or that the second request changes nothing.
#  Seen: 201. The file is played twice, with a PlaybackStarted and a PlaybackFinished each, and nothing in them sets one apart
#  from the other: after the first PlaybackFinished the id is still being played. `DELETE /playbacks/{id}` ends the one that is
#  played, and the other one begins.
#
# The cause: playbacks are put into their container without a look at whether their id is there (stasis_app_control_play_uri).
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
CONF
{
  printf '[modules]\nautoload = no\n'
  printf 'require = %s.so\n' res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_http_websocket \
    res_websocket_client res_pjproject res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp chan_pjsip \
    res_rtp_asterisk codec_ulaw format_sln res_stasis res_stasis_answer res_stasis_playback res_stasis_recording \
    res_stasis_snoop res_ari res_ari_model res_ari_channels res_ari_playbacks res_ari_events app_stasis
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
    const result = condition();
    if (result) return result;
  }
  throw new Error(`waited in vain for ${what}`);
}
const told = (type, is) => until(() => events.find((event) => event.type === type && is(event)), type);

const ask = (method, path, query = {}) =>
  fetch(`http://127.0.0.1:${http}/ari/${path}?${new URLSearchParams({ ...query, api_key: 'me:me' })}`, {
    method,
    signal: AbortSignal.timeout(30_000),
  });
async function ari(method, path, query) {
  const response = await ask(method, path, query);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** A phone that answers whatever comes. */
const [sip, rtp] = [createSocket('udp4'), createSocket('udp4')];
for (const socket of [sip, rtp]) await once(socket.bind(0, '127.0.0.1'), 'listening');
const address = `127.0.0.1:${sip.address().port}`;
sip.on('message', (message, { port }) => {
  const request = String(message);
  if (!/^(INVITE|BYE|OPTIONS) /.test(request)) return;
  const lines = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
  const head = lines.map((line) => (/^To:/i.test(line) && !/tag=/.test(line) ? `${line};tag=phone` : line));
  const media = ['c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${rtp.address().port} RTP/AVP 0`, ''];
  const body = request.startsWith('INVITE') ? ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', ...media].join('\r\n') : '';
  const more = [`Contact: <sip:phone@${address}>`, 'Content-Type: application/sdp', `Content-Length: ${body.length}`, '', body];
  sip.send(['SIP/2.0 200 OK', ...head, ...more].join('\r\n'), port, '127.0.0.1');
});

const options = { handshakeTimeout: 30_000 };
const socket = new WebSocket(`ws://127.0.0.1:${http}/ari/events?app=measure&api_key=me:me`, options);
socket.on('message', (event) => events.push(JSON.parse(event)));
await once(socket, 'open');

function show(what, seen, measured) {
  console.log(`${what}: ${seen}${seen === measured ? '' : '   <- no longer so'}`);
  if (seen !== measured) process.exitCode = 1;
}

const endpoint = `PJSIP/phone/sip:phone@${address}`;
await ari('POST', 'channels', { endpoint, channelId: 'call', app: 'measure' });
await told('StasisStart', ({ channel }) => channel.id === 'call');
const sameChannel = await ask('POST', 'channels', { endpoint, channelId: 'call', app: 'measure' });
show('the id of a channel, again', String(sameChannel.status), '409');

/** One second, and half a minute. */
for (const [name, length] of Object.entries({ short: 1, long: 30 })) writeFileSync(`${name}.sln`, Buffer.alloc(16_000 * length));
async function playTwice(id, name) {
  const play = async () => (await ask('POST', `channels/call/play/${id}`, { media: `sound:${process.cwd()}/${name}` })).status;
  const first = await play();
  await told('PlaybackStarted', ({ playback }) => playback.id === id);
  show(`the id of a playback (${name}), twice`, `${first}, ${await play()}`, '201, 201');
}
const toldOf = (id) => events.filter(({ playback }) => playback?.id === id).map(({ type }) => type.replace('Playback', ''));
const exists = async (id) => (await ask('GET', `playbacks/${id}`)).status !== 404;

await playTwice('p-short', 'short');
while (await exists('p-short')) await sleep(50);
// An event takes its way beside the answers.
await sleep(500);
show('told of it', toldOf('p-short').join(', '), 'Started, Finished, Started, Finished');

await playTwice('p-long', 'long');
await ari('DELETE', 'playbacks/p-long');
await told('PlaybackFinished', ({ playback }) => playback.id === 'p-long');
await sleep(1_000);
show('told of one that was ended', toldOf('p-long').join(', '), 'Started, Finished, Started');
const left = await ask('GET', 'playbacks/p-long');
show('its state then', left.ok ? (await left.json()).state : String(left.status), 'playing');
process.exit();
JS
setpriv --pdeathsig KILL node measure.mjs "$http"
