"""Takes webhooks of ariflow with Flask:

    pip install flask
    WEBHOOK_SECRET=whsec_... python flask_receiver.py

The secret is in the answer to POST /v1.0/webhooks. The endpoint is http://<this machine>:5000/voipbin/webhook.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from collections import OrderedDict

from flask import Flask, jsonify, request

PORT = int(os.environ.get("PORT", "5000"))
# Seconds that a signature may be old, or our clock be wrong.
TOLERANCE = 300
# Ids of the last events: an event may come twice, when our answer to it was lost.
REMEMBERED = 10_000

app = Flask(__name__)
seen = OrderedDict()


def key_of(secret):
    """After whsec_ the key is base64; any other secret is the key as it is written."""
    if not secret:
        raise SystemExit("set WEBHOOK_SECRET to the secret of the webhook")
    if secret.startswith("whsec_"):
        return base64.b64decode(secret[len("whsec_"):])
    return secret.encode()


KEY = key_of(os.environ.get("WEBHOOK_SECRET", ""))


def is_signed(headers, body):
    """Standard Webhooks: HMAC-SHA256 of id.timestamp.body. While a secret is replaced there are two signatures."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(signature.encode(), expected.encode()) for signature in given)


def is_new(message_id):
    known = message_id in seen
    seen[message_id] = True
    if len(seen) > REMEMBERED:
        seen.popitem(last=False)
    return not known


def call_hungup(data):
    print("call_hungup", data["id"], data["hangup_reason"], flush=True)


def message_created(data):
    print("message_created", data["source"]["target"], data["text"], flush=True)


def recording_updated(data):
    print("recording_updated", data["id"], data["status"], flush=True)


HANDLERS = {
    "call_hungup": call_hungup,
    "message_created": message_created,
    "recording_updated": recording_updated,
}


@app.post("/voipbin/webhook")
def webhook():
    # What is signed are the bytes of the body: JSON that was parsed and written again may differ from them.
    body = request.get_data()
    if not is_signed(request.headers, body):
        return jsonify(status="not signed"), 401
    if is_new(request.headers["webhook-id"]):
        event = json.loads(body)
        # Be quick, an answer is expected within 5 seconds: what takes longer belongs into a queue of your own.
        HANDLERS.get(event["type"], lambda data: print(event["type"], flush=True))(event["data"])
    return jsonify(status="received")


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=PORT)
