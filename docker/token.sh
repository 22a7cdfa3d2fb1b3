#!/bin/sh
# A token for an hour, signed as the stack's stand-in for a sign-in: docker/token.sh KEY SUBJECT [ROLE …]
# With compose: docker compose run --rm token SUBJECT [ROLE …]. The role is buyer if none is given.
set -eu

if [ $# -lt 2 ]; then
  echo "usage: $0 KEY SUBJECT [ROLE …]" >&2
  exit 64
fi
key="$1"
subject="$2"
shift 2
[ $# -gt 0 ] || set -- buyer
case "$subject$*" in
  *[!A-Za-z0-9._@\ -]*) echo "$0: letters, digits and . _ @ - only" >&2 && exit 64 ;;
esac
roles=""
for role in "$@"; do roles="$roles${roles:+,}\"$role\""; done

encode() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

now="$(date +%s)"
head="$(printf '{"alg":"RS256","typ":"JWT"}' | encode)"
claims="$(printf '{"iss":"%s","aud":"%s","sub":"%s","groups":[%s],"iat":%d,"exp":%d}' \
  "${IDENTITY_ISSUER:-https://issuer.example}" "${IDENTITY_AUDIENCE:-shop}" "$subject" "$roles" "$now" $((now + 3600)) | encode)"
printf '%s.%s.%s\n' "$head" "$claims" "$(printf '%s.%s' "$head" "$claims" | openssl dgst -sha256 -sign "$key" -binary | encode)"
