#!/usr/bin/env bash
# With rewrite_contact=yes a redirection (302) leads back to whoever redirects. Measured with Debian's Asterisk 22.10.1. Needs
# apt-get, dpkg, Node.js and npm; nothing is installed.
#
# A phone that forwards its calls answers 302, with somebody else's address as the Contact (RFC 3261, 21.3). rewrite_contact is
# for phones behind NAT, which call themselves by an address that nobody reaches: the Contact of what they send is given the
# address it was sent from.
#
#  Expected: the Contact of a 302 is not the phone's own address, and stays.
#  Seen: it is rewritten like any other: to the user of the new address, at the host and port of the phone. That is what ARI's
#  Dial event has for `forward`, and who is called next, with redirect_method=uri_core and uri_pjsip alike. The host that the
#  phone named is never called, and no log line tells of it.
#
# The cause: res_pjsip_nat takes every message of an endpoint alike, without a look at the status.
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
    res_stasis_recording res_stasis_snoop res_ari res_ari_model res_ari_channels res_ari_events app_stasis
} > etc/modules.conf
printf '[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = %s\n' "$http" > etc/http.conf
printf '[general]\nenabled = yes\n[me]\ntype = user\npassword = me\n' > etc/ari.conf
printf '[general]\nrtpstart = 10000\nrtpend = 10999\n' > etc/rtp.conf
cat > etc/pjsip.conf << CONF
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:$sip
[common](!)
type = endpoint
transport = udp
context = measure
disallow = all
allow = ulaw
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
[uri_core-no](common)
redirect_method = uri_core
rewrite_contact = no
[uri_core-yes](common)
redirect_method = uri_core
rewrite_contact = yes
[uri_pjsip-no](common)
redirect_method = uri_pjsip
rewrite_contact = no
[uri_pjsip-yes](common)
redirect_method = uri_pjsip
rewrite_contact = yes
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

async function until(condition, what) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(10)) {
    const result = condition();
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

/** A host that keeps each INVITE, to be responded to. */
async function host() {
  const socket = createSocket('udp4');
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  const invited = [];
  socket.on('message', (message, { port }) => {
    const uri = /^INVITE (\S+)/.exec(message)?.[1];
    if (!uri || invited.some((invite) => invite.uri === uri)) return;
    const lines = String(message).split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    const head = lines.map((line) => (/^To:/i.test(line) ? `${line};tag=host` : line));
    const respond = (status, ...more) =>
      socket.send([`SIP/2.0 ${status}`, ...head, ...more, 'Content-Length: 0', '', ''].join('\r\n'), port, '127.0.0.1');
    invited.push({ uri, respond });
  });
  return { socket, invited, address: `127.0.0.1:${socket.address().port}` };
}
const [phone, target] = [await host(), await host()];
const redirection = ['302 Moved Temporarily', `Contact: <sip:new@${target.address}>`];
const named = (uri) => uri.replace(phone.address, 'the phone').replace(target.address, 'the target');

/** What the Dial event names, of a call by create and dial. */
async function forwarded(endpoint) {
  const channelId = `created-${endpoint}`;
  const dialled = `PJSIP/${endpoint}/sip:${channelId}@${phone.address}`;
  await ari('POST', 'channels/create', { endpoint: dialled, channelId, app: 'measure' });
  await told('StasisStart', ({ channel }) => channel.id === channelId);
  await ari('POST', `channels/${channelId}/dial`);
  const { respond } = await until(() => phone.invited.find(({ uri }) => uri.includes(channelId)), 'an INVITE');
  respond('180 Ringing');
  // One that redirects before Asterisk has told of the call is at times not told of.
  await told('Dial', ({ peer, dialstatus }) => peer.id === channelId && dialstatus === 'RINGING');
  respond(...redirection);
  const { forward } = await told('Dial', (event) => event.peer.id === channelId && event.forward);
  return named(forward).replace(/^PJSIP\/[^/]+\//, '');
}

/** Who is called after the phone, where Asterisk itself follows. */
async function followed(endpoint) {
  for (const { invited } of [phone, target]) invited.length = 0;
  await ari('POST', 'channels', { endpoint: `PJSIP/${endpoint}/sip:moved@${phone.address}`, app: 'measure' });
  (await until(() => phone.invited[0], 'an INVITE')).respond(...redirection);
  const second = await until(() => phone.invited[1] ?? target.invited[0], 'a second INVITE');
  second.respond('486 Busy Here');
  return named(second.uri);
}

const options = { handshakeTimeout: 30_000 };
const socket = new WebSocket(`ws://127.0.0.1:${http}/ari/events?app=measure&api_key=me:me`, options);
socket.on('message', (event) => events.push(JSON.parse(event)));
await once(socket, 'open');

console.log('the phone redirects to sip:new@the target');
for (const [rewrites, measured] of Object.entries({ no: 'sip:new@the target', yes: 'sip:new@the phone' })) {
  const seen = {
    'uri_core, create and dial, names': await forwarded(`uri_core-${rewrites}`),
    'uri_core calls': await followed(`uri_core-${rewrites}`),
    'uri_pjsip calls': await followed(`uri_pjsip-${rewrites}`),
  };
  for (const [what, uri] of Object.entries(seen)) {
    console.log(`rewrite_contact=${rewrites}: ${what} ${uri}${uri === measured ? '' : '   <- no longer so'}`);
    if (uri !== measured) process.exitCode = 1;
  }
}
socket.terminate();
for (const { socket } of [phone, target]) socket.close();
JS
setpriv --pdeathsig KILL node measure.mjs "$http"
