#!/usr/bin/env bash
# A channel that is dialled again over ARI before it rings is hung up. Measured with Debian's Asterisk 22.10.1. Needs apt-get,
# dpkg, Node.js and npm; nothing is installed.
#
# `POST /channels/create` makes a channel, and `POST /channels/{id}/dial` calls its phone. Whoever had no answer to the latter
# asks again.
#
#  Expected: 409 ("Channel cannot be dialed."), as once the phone rings; or that the second order changes nothing.
#  Seen: 204. No second INVITE is sent, but a CANCEL of the first, and the channel ends with cause 16, like one that was hung
#  up on purpose. A phone or carrier that sends early media (183) and no 180 leaves the channel `Down`, so there it is so until
#  the answer, however long early media has been heard.
#
# The cause: only the state of the channel is looked at. PJSIP makes no INVITE where one is under way already
# (pjsip_inv_invite), and chan_pjsip hangs up a channel that it got no INVITE for.
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
    bridge_holding res_rtp_asterisk codec_ulaw res_stasis res_stasis_answer res_stasis_playback res_stasis_recording \
    res_stasis_snoop res_ari res_ari_model res_ari_channels res_ari_events app_stasis
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
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const [http] = process.argv.slice(2);
const events = [];

async function until(condition, what, patience = 30_000) {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(10)) {
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

/** A phone that responds to its INVITE when it is told to, and lets itself be cancelled. */
class Phone {
  sip = createSocket('udp4');
  rtp = createSocket('udp4');
  /** By their numbers, so that one that is sent again is one. */
  invites = new Set();
  isCancelled = false;

  async open() {
    for (const socket of [this.sip, this.rtp]) await once(socket.bind(0, '127.0.0.1'), 'listening');
    this.address = `127.0.0.1:${this.sip.address().port}`;
    this.sip.on('message', (message, { port }) => this.#take(String(message), port));
    return this;
  }
  close() {
    for (const socket of [this.sip, this.rtp]) socket.close();
  }
  #take(request, port) {
    const [method] = /^[A-Z]+/.exec(request);
    const lines = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    const head = lines.map((line) => (/^To:/i.test(line) && !/tag=/.test(line) ? `${line};tag=phone` : line));
    const respond = (status, body = '') => {
      const more = [`Contact: <sip:phone@${this.address}>`, 'Content-Type: application/sdp', `Content-Length: ${body.length}`];
      this.sip.send([`SIP/2.0 ${status}`, ...head, ...more, '', body].join('\r\n'), port, '127.0.0.1');
    };
    if (method === 'INVITE') {
      this.invites.add(/^CSeq: (\d+)/im.exec(request)[1]);
      this.respond = respond;
    }
    if (method === 'CANCEL' || method === 'BYE') respond('200 OK');
    if (method !== 'CANCEL' || this.isCancelled) return;
    this.isCancelled = true;
    this.respond('487 Request Terminated');
  }
  sdp() {
    const media = ['c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${this.rtp.address().port} RTP/AVP 0`, ''];
    return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', ...media].join('\r\n');
  }
}

/** What becomes of a channel that is dialled again when its phone has responded, and Asterisk has told so. */
async function dialledAgain(id, status, dialstatus, hasMedia) {
  const phone = await new Phone().open();
  await ari('POST', 'channels/create', { endpoint: `PJSIP/phone/sip:phone@${phone.address}`, channelId: id, app: 'measure' });
  await told('StasisStart', ({ channel }) => channel.id === id);
  await ari('POST', `channels/${id}/dial`);
  await until(() => phone.invites.size > 0, 'an INVITE');
  phone.respond(status, hasMedia ? phone.sdp() : '');
  await told('Dial', (event) => event.peer.id === id && event.dialstatus === dialstatus);
  const { state } = await (await ari('GET', `channels/${id}`)).json();
  const again = await ask('POST', `channels/${id}/dial`);
  // Whoever is not cancelled picks up.
  await until(() => phone.isCancelled, 'a CANCEL', 3_000).catch(() => phone.respond('200 OK', phone.sdp()));
  const end = await until(
    () =>
      events.find(({ type, channel }) => type === 'ChannelDestroyed' && channel.id === id) ??
      events.find(({ type, channel }) => type === 'ChannelStateChange' && channel.id === id && channel.state === 'Up'),
    'an end or an answer',
  );
  const outcome = end.type === 'ChannelDestroyed' ? `CANCEL, ended with cause ${end.cause}` : 'answered';
  if (outcome === 'answered') await ari('DELETE', `channels/${id}`);
  phone.close();
  return `${state}, dialled again ${again.status}, INVITEs ${phone.invites.size}, ${outcome}`;
}

const options = { handshakeTimeout: 30_000 };
const socket = new WebSocket(`ws://127.0.0.1:${http}/ari/events?app=measure&api_key=me:me`, options);
socket.on('message', (event) => events.push(JSON.parse(event)));
await once(socket, 'open');

const ended = 'Down, dialled again 204, INVITEs 1, CANCEL, ended with cause 16';
for (const [id, status, dialstatus, hasMedia, measured] of [
  ['trying', '100 Trying', '', false, ended],
  ['media', '183 Session Progress', 'PROGRESS', true, ended],
  ['ringing', '180 Ringing', 'RINGING', false, 'Ringing, dialled again 409, INVITEs 1, answered'],
]) {
  const seen = await dialledAgain(id, status, dialstatus, hasMedia);
  console.log(`${status}: ${seen}${seen === measured ? '' : '   <- no longer so'}`);
  if (seen !== measured) process.exitCode = 1;
}
socket.terminate();
JS
setpriv --pdeathsig KILL node measure.mjs "$http"
