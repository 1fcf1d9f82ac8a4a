#!/usr/bin/env bash
# A channel that is hung up while Transfer() waits for its phone stays listed, and can be neither ended nor heard of. Measured with
# Debian's Asterisk 22.10.1. Needs apt-get, dpkg, Node.js and npm; nothing is installed.
#
# A call that ARI has sent into the dialplan is ended there by DELETE /channels/{id}: Asterisk answers 204, says BYE, tells
# ChannelDestroyed, and the channel is gone, all within a second.
#
#  Expected: it is so too where the dialplan is at Transfer(), which has sent the phone a REFER and waits for what comes of it.
#  Seen: 204 and BYE, but no ChannelDestroyed; GET /channels and GET /channels/{id} go on telling of the channel, and a second
#  DELETE is answered by 404. It ends with the REFER: after 32 s where the phone has not answered that (SIP's own timeout), and
#  where it has answered 202 and says nothing more, with the subscription of 600 s that this has begun; 625 s were seen.
#
# So neither the list nor ChannelDestroyed says that such a call is over: the 404 does.
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
    res_websocket_client res_pjproject res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp \
    res_pjsip_nat chan_pjsip bridge_holding res_rtp_asterisk codec_ulaw res_stasis res_stasis_answer res_stasis_playback \
    res_stasis_recording res_stasis_snoop res_ari res_ari_model res_ari_channels res_ari_events app_stasis app_transfer res_pjsip_endpoint_identifier_ip res_pjsip_refer pbx_config func_timeout
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
[phone]
type = identify
endpoint = phone
match = 127.0.0.1
CONF
cat > etc/extensions.conf << CONF
[measure]
exten => _.,1,Answer()
 same => n,Stasis(measure)
 same => n,Hangup()
[refer]
exten => s,1,Transfer(PJSIP/sip:other@127.0.0.1:9)
 same => n,Hangup()
[waiting]
exten => s,1,Wait(60)
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

const [http, sip] = process.argv.slice(2);
const events = [];

async function until(condition, what, ms = 30_000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(10)) {
    const result = await condition();
    if (result) return result;
  }
  throw new Error(`waited in vain for ${what}`);
}
const told = (type, is) => until(() => events.find((event) => event.type === type && is(event)), type);

async function ari(method, path, query = {}) {
  const url = `http://127.0.0.1:${http}/ari/${path}?${new URLSearchParams({ ...query, api_key: 'me:me' })}`;
  const response = await fetch(url, { method, signal: AbortSignal.timeout(30_000) });
  return { status: response.status, body: await response.text() };
}

/** A phone that calls, answers a REFER in its way, or not, and says nothing more. */
async function call(number, onRefer) {
  const socket = createSocket('udp4');
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  const port = socket.address().port;
  const here = `127.0.0.1:${port}`;
  const got = [];
  socket.on('message', (buffer) => {
    const message = String(buffer);
    const [first] = message.split('\r\n', 1);
    got.push(first);
    const header = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(message)?.[1]?.trim();
    const copied = message.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    if (/^SIP\/2.0 200/.test(first) && header('CSeq')?.endsWith('INVITE')) {
      const uri = /<([^>]+)>/.exec(header('Contact'))[1];
      const ack = [`ACK ${uri} SIP/2.0`, `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${Math.random()}`, 'Max-Forwards: 70',
        `From: ${header('From')}`, `To: ${header('To')}`, `Call-ID: ${header('Call-ID')}`, 'CSeq: 1 ACK', 'Content-Length: 0', '', ''];
      socket.send(ack.join('\r\n'), sip, '127.0.0.1');
    }
    const answer = (status) => socket.send([`SIP/2.0 ${status}`, ...copied, `Contact: <sip:me@${here}>`, 'Content-Length: 0', '', ''].join('\r\n'), sip, '127.0.0.1');
    if (/^BYE /.test(first)) answer('200 OK');
    if (/^REFER /.test(first) && onRefer) answer(onRefer);
  });
  const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/AVP 0', ''].join('\r\n');
  const invite = [`INVITE sip:${number}@127.0.0.1:${sip} SIP/2.0`, `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${number}`, 'Max-Forwards: 70',
    `From: <sip:me@${here}>;tag=${number}`, `To: <sip:${number}@127.0.0.1:${sip}>`, `Call-ID: ${number}@here`, 'CSeq: 1 INVITE', `Contact: <sip:me@${here}>`,
    'Content-Type: application/sdp', `Content-Length: ${sdp.length}`, '', sdp];
  socket.send(invite.join('\r\n'), sip, '127.0.0.1');
  const { channel } = await until(() => events.find(({ type, channel }) => type === 'StasisStart' && channel.dialplan.exten === number), `call ${number}`);
  return { id: channel.id, got, socket };
}

const socket = new WebSocket(`ws://127.0.0.1:${http}/ari/events?app=measure&api_key=me:me&subscribeAll=true`, { handshakeTimeout: 30_000 });
socket.on('message', (event) => events.push(JSON.parse(event)));
await once(socket, 'open');
/** What is seen of a call that is ended where the dialplan is at this. */
async function ended(number, context, reply) {
  const phone = await call(number, reply);
  const path = `channels/${phone.id}`;
  await ari('POST', `${path}/continue`, { context, extension: 's', priority: 1 });
  await told('ChannelDialplan', ({ channel, dialplan_app: app }) => channel.id === phone.id && /^(Wait|Transfer)$/.test(app));
  if (context === 'refer') await until(() => phone.got.some((line) => line.startsWith('REFER')), 'a REFER');
  const first = (await ari('DELETE', path)).status;
  await until(() => phone.got.some((line) => line.startsWith('BYE')), 'a BYE');
  const destroyed = () => events.some(({ type, channel }) => type === 'ChannelDestroyed' && channel.id === phone.id);
  const isDestroyed = await until(destroyed, 'its end', 20_000).catch(() => false);
  const isListed = (await ari('GET', 'channels')).body.includes(`"${phone.id}"`);
  const [get, second] = [(await ari('GET', path)).status, (await ari('DELETE', path)).status];
  phone.socket.close();
  return `DELETE ${first}, BYE; 20 s later: ${isDestroyed ? '' : 'not '}destroyed, ${isListed ? '' : 'not '}listed, GET ${get}, DELETE ${second}`;
}

const gone = 'DELETE 204, BYE; 20 s later: destroyed, not listed, GET 404, DELETE 404';
const stays = 'DELETE 204, BYE; 20 s later: not destroyed, listed, GET 200, DELETE 404';
const cases = {
  'Wait()': [await ended('1', 'waiting', ''), gone],
  'Transfer(), REFER not answered': [await ended('2', 'refer', ''), stays],
  'Transfer(), REFER answered 202': [await ended('3', 'refer', '202 Accepted'), stays],
};
for (const [what, [seen, measured]] of Object.entries(cases)) {
  console.log(`${what}: ${seen}${seen === measured ? '' : '   <- no longer so'}`);
  if (seen !== measured) process.exitCode = 1;
}
socket.terminate();
JS
setpriv --pdeathsig KILL node measure.mjs "$http" "$sip"
