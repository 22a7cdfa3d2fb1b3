#!/bin/sh
# Makes the secrets of a stack that has none yet: docker/make-secrets.sh DIRECTORY
#
#   DIRECTORY/service/application.properties   what the service needs; it reads config/application.properties by itself
#   DIRECTORY/service/issuer.pem               the public key that verifies the buyers' tokens
#   DIRECTORY/issuer/issuer-key.pem            the private one; a shop with a sign-in of its own throws it away
#   DIRECTORY/postgresql/password              of the user "orders"
#   DIRECTORY/redis/redis.conf                 the password of Redis
#   DIRECTORY/grafana/password                 of Grafana's "admin"
#
# Existing files are kept: it can be run at every start. The stores keep their passwords with their data, and a signing key
# that is lost makes every number that was issued worthless; keep a copy of the directory.
#
# Each subdirectory is mounted for one reader, who is not root; so its files can be read by anybody who gets there, and
# the directory above them by its owner only.
set -eu
umask 022

if [ $# -ne 1 ]; then
  echo "usage: $0 DIRECTORY" >&2
  exit 64
fi
root="$1"
# Where the service finds the stores: the names in compose.yaml.
redis="${REDIS_ADDRESS:-redis:6379}"

[ -d "$root" ] || (umask 077 && mkdir -p "$root")
mkdir -p "$root/service" "$root/issuer" "$root/postgresql" "$root/redis" "$root/grafana"

# Written aside and moved: an interruption leaves no partial file.
keep() {
  if [ -s "$1" ]; then
    cat >/dev/null
  else
    cat >"$1.new"
    [ -s "$1.new" ] || { echo "could not make $1" >&2; exit 1; }
    mv "$1.new" "$1"
    echo "made $1"
  fi
}

# Hexadecimal: it can stand in an address, a properties file and a configuration of Redis as it is.
openssl rand -hex 24 | keep "$root/postgresql/password"
printf 'requirepass %s\n' "$(openssl rand -hex 24)" | keep "$root/redis/redis.conf"
openssl rand -hex 12 | keep "$root/grafana/password"
# For root only, as openssl creates it: its holder can sign in as any buyer.
if [ ! -s "$root/issuer/issuer-key.pem" ]; then
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$root/issuer/issuer-key.pem.new" 2>/dev/null
  mv "$root/issuer/issuer-key.pem.new" "$root/issuer/issuer-key.pem"
  echo "made $root/issuer/issuer-key.pem"
fi
openssl pkey -in "$root/issuer/issuer-key.pem" -pubout | keep "$root/service/issuer.pem"

{
  echo "# Made by make-secrets.sh. Read by the service as config/application.properties; the environment wins over it."
  printf 'database.password=%s\n' "$(cat "$root/postgresql/password")"
  printf 'quarkus.redis.hosts=redis://:%s@%s\n' "$(sed -n 's/^requirepass //p' "$root/redis/redis.conf")" "$redis"
  printf 'numbers.signing-key=%s\n' "$(openssl rand -base64 32)"
  printf 'payments.notification-secret=%s\n' "$(openssl rand -hex 32)"
  echo "# Beside this file, in the image's working directory."
  echo "identity.keys=config/issuer.pem"
} | keep "$root/service/application.properties"
