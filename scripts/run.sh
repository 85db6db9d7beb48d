#!/usr/bin/env bash
# Start Retkoop on this machine: secret, schema, demo data when the database is empty, server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

port=${PORT:-8000}
if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then
    fail "PORT doit être un nombre de 1 à 65535 ; reçu : « $port »."
fi
# Without this the server would start beside the one that already answers there.
if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "Le port $port est déjà pris. Choisissez-en un autre, par exemple : make run PORT=$((port % 65535 + 1))"
fi

mkdir -p -m 700 instance
if [ -z "${RETKOOP_SECRET_KEY:-}" ]; then
    if [ ! -s instance/secret_key ]; then
        (
            umask 077
            .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(48))' >instance/secret_key.new
            mv instance/secret_key.new instance/secret_key
        )
    fi
    RETKOOP_SECRET_KEY=$(<instance/secret_key)
    export RETKOOP_SECRET_KEY
fi

export FLASK_APP=app.py
.venv/bin/flask migrate
# The demo accounts have known passwords: never in production.
if [ "${RETKOOP_ENV:-development}" != production ]; then
    .venv/bin/flask demo --si-vide
fi

printf '\nRetkoop : http://127.0.0.1:%s   (Ctrl+C pour arrêter)\n' "$port"
# Mails and long work: a process of its own, which ends with the server.
.venv/bin/flask travaux --avec $$ &
# Many threads, because each stalled upload holds one (docs/dependencies.md); granian warns of that by default.
# Without the last option a stalled client would keep the server from stopping.
exec .venv/bin/granian --interface wsgi --host 127.0.0.1 --port "$port" \
    --workers 2 --blocking-threads 256 --workers-kill-timeout 5 \
    --no-ws --no-access-log --log-level error app:app
