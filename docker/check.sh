#!/usr/bin/env bash
# Checks the files of docker/, all parts but the last one without a container engine:
#
#   docker/check.sh [--server DIRECTORY] [--from DIRECTORY] [PART …]
#
# The server build comes from `./mvnw package -Pserver -DskipTests` (target/server/quarkus-app, unless another one is
# given). With --from, the server build of an earlier version, the replicas begin as that one and are upgraded under load.
# The parts, all of them but the last one if none is named:
#
#   files     compose files, manifests, Dockerfiles, configurations and rules against their schemas and their programs
#   twice     the server build, made twice in two places: the same files
#   image     the image's training run and entry point, as written in Dockerfile.jvm, by a user without rights on a
#             read-only file system with the contents of the image; the first order with the cache and without
#   proxy     HAProxy with haproxy.cfg over two replicas: hidden paths, a payment, a rolling restart (or upgrade) under load, a
#             replica killed under load
#   metrics   Prometheus with prometheus.yml over the same two: every metric that rules and dashboard name
#   containers  both images, built from the Dockerfiles as they are, and compose.yaml as it is, started from them by
#             podman-compose: secrets, PostgreSQL, Redis, the migration job, two replicas, HAProxy, the provider; an order, a
#             replica killed under load, and both replaced under load, one after the other, by the native image. No registry
#             is needed: Debian packages and this machine's JDK, and its Mandrel (GRAALVM_HOME; without it the native image
#             is skipped), stand in for the base images, under their names. Takes 10 to 40 minutes and 15 GB below TMPDIR,
#             and needs: apt-get install buildah podman podman-compose netavark aardvark-dns iptables runc debootstrap
#
# Needs root (for mounts), a JDK 25, and of Debian: apt-get install postgresql redis-server haproxy prometheus nodejs npm
# openssl curl util-linux. A missing program is reported, and its checks are skipped. The schemas come with
# npm packages of fixed versions. Everything else is in one temporary directory, which is deleted at the end.
#
# Exits with 1 if a check failed. One line for each check: PASS, FAIL or SKIP, and figures indented below.
set -uo pipefail
self="$(realpath "$0")"
server="${self%/*/*}/target/server/quarkus-app"
from=""
parts=()
while [ $# -gt 0 ]; do
  case "$1" in
    --server) server="$(realpath -m "${2:?which directory?}")" && shift ;;
    --from) from="$(realpath -m "${2:?which directory?}")" && shift ;;
    files | twice | image | proxy | metrics | containers) parts+=("$1") ;;
    *)
      sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$self"
      exit 64
      ;;
  esac
  shift
done
[ ${#parts[@]} -gt 0 ] || parts=(files twice image proxy metrics)

cd "${self%/*/*}" || exit
here=docker
work="$(mktemp -d)"
# Other users have to pass through it to their own files.
chmod 711 "$work"
started=()
failed=0 passed=0 skipped=0

# untrack PID: the process has ended, and its id may soon be reused.
untrack() {
  local at
  for at in "${!started[@]}"; do [ "${started[at]}" != "$1" ] || unset "started[at]"; done
  started=("${started[@]}")
}

pass() { passed=$((passed + 1)) && echo "PASS  $1"; }
skip() { skipped=$((skipped + 1)) && echo "SKIP  $1"; }
# fail TITLE [FILE [LINES]]: prints the end of the file, which has the reason.
fail() {
  failed=$((failed + 1)) && echo "FAIL  $1"
  if [ -s "${2:-}" ]; then tail -n "${3:-20}" "$2" | cut -c1-400 | sed 's/^/      /'; fi
}
note() { echo "      $1"; }
has() { command -v "$1" >/dev/null; }
wants() { case " ${parts[*]} " in *" $1 "*) ;; *) false ;; esac }

# Ends the started processes by their ids, the youngest first.
# shellcheck disable=SC2317 # the trap calls it
tidy() {
  local at
  for ((at = ${#started[@]} - 1; at >= 0; at--)); do kill "${started[at]}" 2>/dev/null; done
  for ((at = 0; at < 150; at++)); do
    # shellcheck disable=SC2046
    [ -n "$(ps -o pid= -p "$(IFS=, && echo "${started[*]:-0}")" 2>/dev/null)" ] || break
    sleep 0.1
  done
  for at in "${started[@]}"; do kill -9 "$at" 2>/dev/null; done
  if [ -d "$work/oci" ]; then engine rm --all --force --time 5 >/dev/null 2>&1; fi
  rm -rf "$work"
}
trap tidy EXIT
trap 'exit 130' INT TERM

# check TITLE COMMAND …: passes if the command does, within a minute. A function of this file bounds itself.
check() {
  local title="$1" bound=(timeout "${within:-60}")
  shift
  if [ "$(type -t "$1")" = function ]; then bound=(); fi
  if "${bound[@]}" "$@" >"$work/out" 2>&1; then pass "$title"; else fail "$title" "$work/out"; fi
}

# Repeats a command until it succeeds, for at most $within seconds.
until_it_does() {
  local until=$((SECONDS + ${within:-60}))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.2
  done
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# --- files ------------------------------------------------------------------------------------------------------------

files() {
  if has npm && has node; then
    mkdir "$work/npm"
    echo '{"private":true}' >"$work/npm/package.json"
    if timeout 180 npm install --prefix "$work/npm" --no-save --no-audit --no-fund --silent dclint@3.1.0 \
      kubernetes-models@5.1.0 typescript@5.9.3 dockerfile-utils@0.16.3 yaml@2.8.1 ajv@8.17.1 ajv-formats@3.0.1 \
      >"$work/out" 2>&1; then
      cp $here/check/schemas.mjs "$work/npm/"
      check "compose files: the Compose specification's schema, and every name they use is there" \
        node "$work/npm/schemas.mjs" compose $here/compose.yaml $here/compose.dev.yaml
      check "Dockerfiles: syntax" node "$work/npm/schemas.mjs" dockerfile $here/Dockerfile.jvm $here/Dockerfile.native
      if has kubectl && kubectl kustomize $here/kubernetes >"$work/kubernetes.yaml" 2>"$work/out"; then
        pass "manifests: kustomize puts them together"
      elif has kubectl; then
        fail "manifests: kustomize puts them together" "$work/out"
      else
        skip "manifests: kustomize puts them together (no kubectl here); each is checked by itself"
        cat $here/kubernetes/{kubernetes.yml,disruption-budget.yaml,network-policy.yaml,namespace.yaml} >"$work/kubernetes.yaml"
      fi
      if has kubectl; then
        check "manifests of the native image: kustomize puts them together" kubectl kustomize $here/kubernetes-native
      fi
      check "manifests: Kubernetes' schemas, and no member that it does not know" node "$work/npm/schemas.mjs" kubernetes \
        "$work/kubernetes.yaml" $here/kubernetes/autoscaler.yaml $here/kubernetes/secret-example.yaml \
        $here/kubernetes-native/migrate.yaml
    else
      skip "compose files, Dockerfiles and manifests against their schemas (npm could not fetch them)"
    fi
  else
    skip "compose files, Dockerfiles and manifests against their schemas (apt-get install nodejs npm)"
  fi
  if has haproxy; then
    check "haproxy.cfg" env REPLICA_1=127.0.0.1:1 REPLICA_2=127.0.0.1:2 haproxy -c -f $here/haproxy.cfg
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -days 2 -subj /CN=localhost 2>"$work/out"
    cat "$work/tls.crt" "$work/tls.key" >"$work/tls.pem"
    check "haproxy.cfg with a certificate" \
      env REPLICA_1=127.0.0.1:1 REPLICA_2=127.0.0.1:2 TLS_CERTIFICATE="$work/tls.pem" haproxy -c -f $here/haproxy.cfg
    check "provider.cfg" haproxy -c -f $here/provider.cfg
  else
    skip "haproxy.cfg and provider.cfg (apt-get install haproxy)"
  fi
  if has promtool; then
    check "prometheus.yml" promtool check config $here/prometheus.yml
    check "prometheus-rules.yml: each alert is raised in its situation" promtool test rules $here/prometheus-rules-test.yml
  else
    skip "prometheus.yml and prometheus-rules.yml (apt-get install prometheus)"
  fi
  if has shellcheck; then
    check "scripts: shellcheck" shellcheck $here/check.sh $here/make-secrets.sh $here/token.sh
  else
    skip "scripts (apt-get install shellcheck)"
  fi
}

# --- twice ---------------------------------------------------------------------------------------------------------------

# build PLACE: builds the contents of the image, from a copy of the files in git.
build() {
  mkdir "$work/$1" && git ls-files -z | xargs -0 cp --parents -t "$work/$1" &&
    (cd "$work/$1" && timeout 600 ./mvnw -B -q package -Pserver -DskipTests -Dspotless.check.skip) >"$work/out" 2>&1
}

# The checksum of every file; of the two archives with classes that the framework generates, those of our classes in them.
# Hibernate writes the members of one of its annotations into an entity's class in random order: of these classes, their code.
sums() {
  local app="$work/$1/target/server/quarkus-app" archive
  (cd "$app" && find . -type f ! -name '*-bytecode.jar' -print0 | sort -z | xargs -0 sha256sum)
  for archive in generated transformed; do
    mkdir "$work/$1/$archive" && (cd "$work/$1/$archive" && "$java/bin/jar" xf "$app/quarkus/$archive-bytecode.jar" &&
      find dev -type f ! -name '*Entity.class' -print0 | sort -z | xargs -0 sha256sum)
  done
  find "$work/$1/transformed/dev" -name '*Entity.class' -print0 | sort -z | xargs -0 "$java/bin/javap" -p -c | sha256sum
}

twice() {
  if ! has git || ! find_java; then skip "the server build made twice (needs git and a JDK 25)" && return; fi
  if build one && build another; then
    sums one >"$work/one.sums" && sums another >"$work/another.sums"
    if [ "$(wc -l <"$work/one.sums")" -gt 400 ] && diff "$work/one.sums" "$work/another.sums" >"$work/out"; then
      pass "the server build made twice is the same: $(wc -l <"$work/one.sums") files and classes of ours"
      note "not compared: what the framework generates in quarkus/*-bytecode.jar, with random numbers in its names"
    else
      fail "the server build made twice is the same" "$work/out"
    fi
  else
    fail "the server build can be made from the files in git" "$work/out"
  fi
  rm -rf "$work/one" "$work/another"
}

# --- stores and image ---------------------------------------------------------------------------------------------------

find_java() {
  local candidate
  for candidate in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" /usr/lib/jvm/*; do
    if [ -x "$candidate/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$candidate/release" 2>/dev/null; then
      java="$candidate" && return 0
    fi
  done
  return 1
}

# Prepares what the remaining parts need; false, with a SKIP, if a program is missing.
prepare() {
  [ -z "${prepared:-}" ] || return "$prepared"
  prepared=1
  local postgresql missing=()
  postgresql="$(find /usr/lib/postgresql -path '*/bin/postgres' 2>/dev/null | sort -V | tail -1)"
  [ -n "$postgresql" ] || missing+=(postgresql)
  has redis-server || missing+=(redis-server)
  has openssl || missing+=(openssl)
  has curl || missing+=(curl)
  has setpriv || missing+=(util-linux)
  find_java || missing+=("a JDK 25")
  if [ ${#missing[@]} -gt 0 ]; then
    skip "image, proxy and metrics: missing: ${missing[*]}"
    return 1
  elif [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
    skip "image, proxy and metrics: only root can mount the image's file system"
    return 1
  elif [ ! -f "$server/quarkus-run.jar" ]; then
    skip "image, proxy and metrics: there is no server build in $server (./mvnw package -Pserver -DskipTests)"
    return 1
  fi

  # The secrets of compose.yaml, for stores on this machine.
  pg_port="$(free_port)" redis_port="$(free_port)"
  REDIS_ADDRESS=127.0.0.1:$redis_port sh $here/make-secrets.sh "$work/secrets" >"$work/out" 2>&1 ||
    { fail "make-secrets.sh" "$work/out" && return 1; }
  chmod 711 "$work/secrets"
  mkdir "$work/postgresql" "$work/redis"
  chown nobody "$work/postgresql" "$work/redis"
  local nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
  "${nobody[@]}" "${postgresql%/*}/initdb" -D "$work/postgresql/data" -U orders --encoding UTF8 --locale C \
    --auth scram-sha-256 --pwfile "$work/secrets/postgresql/password" >"$work/out" 2>&1 ||
    { fail "PostgreSQL's data directory" "$work/out" && return 1; }
  "${nobody[@]}" "$postgresql" -D "$work/postgresql/data" -p "$pg_port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$work/postgresql" >"$work/postgresql.log" 2>&1 &
  started+=($!)
  "${nobody[@]}" redis-server "$work/secrets/redis/redis.conf" --port "$redis_port" --bind 127.0.0.1 --dir "$work/redis" \
    --appendonly yes --maxmemory-policy noeviction >"$work/redis.log" 2>&1 &
  started+=($!)
  within=20 until_it_does "${postgresql%/*}/pg_isready" -h 127.0.0.1 -p "$pg_port" ||
    { fail "PostgreSQL starts" "$work/postgresql.log" && return 1; }
  # A separate database for the training, so that the version that the replicas begin as creates theirs.
  PGPASSWORD="$(cat "$work/secrets/postgresql/password")" "${postgresql%/*}/psql" -q -h 127.0.0.1 -p "$pg_port" -U orders \
    -d postgres -c 'CREATE DATABASE training' -c 'CREATE DATABASE orders' >"$work/out" 2>&1 ||
    { fail "the databases" "$work/out" && return 1; }

  # As compose.yaml sets them.
  export DATABASE_URL=postgresql://127.0.0.1:$pg_port/training DATABASE_USERNAME=orders
  export IDENTITY_ISSUER=https://issuer.example IDENTITY_AUDIENCE=shop IDENTITY_KEYS=config/issuer.pem
  export ISSUER_KEY="$work/secrets/issuer/issuer-key.pem" QUARKUS_HTTP_HOST=127.0.0.1

  make_image
  prepared=0
}

# The contents of the image: a JVM, glibc, the application. No shell, no tools, no users.
make_image() {
  image="$work/image"
  mkdir -p "$image"/{app/config,opt/jre,usr/lib,proc,dev,tmp,etc}
  ln -s usr/lib "$image/lib"
  ln -s usr/lib "$image/lib64"
  [ ! -d /usr/lib64 ] || { rm "$image/lib64" && ln -s usr/lib64 "$image/lib64" && mkdir "$image/usr/lib64"; }
  cp -a "$server/." "$image/app/"
  cp -a $here/java.options "$image/app/"
  cp /etc/hosts /etc/resolv.conf "$image/etc/" 2>/dev/null
  local device
  for device in null random urandom; do touch "$image/dev/$device"; done
  chown -R 65532:65532 "$image/app"

  # inside.sh ro|rw COMMAND …: becomes the command, as the image's user, in the image's file system.
  cat >"$work/inside.sh" <<INSIDE
set -eu
mode="\$1" && shift
mount --make-rprivate /
mount --bind "$image" "$image"
mount --bind "$java" "$image/opt/jre"
mount --bind /usr/lib "$image/usr/lib"
[ ! -d "$image/usr/lib64" ] || mount --bind /usr/lib64 "$image/usr/lib64"
mount --bind "$work/secrets/service" "$image/app/config"
for device in null random urandom; do mount --bind "/dev/\$device" "$image/dev/\$device"; done
mount -t proc proc "$image/proc"
mount -t tmpfs -o size=16m,mode=1777,noexec,nosuid,nodev tmpfs "$image/tmp"
for place in opt/jre usr/lib app/config; do mount -o remount,bind,ro "$image/\$place"; done
[ "\$mode" = rw ] || mount -o remount,bind,ro "$image"
exec unshare --root "$image" --wd /app --setgid 65532 --setuid 65532 "\$@"
INSIDE
  inside=(setpriv --no-new-privs --clear-groups unshare --mount bash "$work/inside.sh")

  # The two command lines, read from Dockerfile.jvm.
  readarray -t entry_point < <(sed -n 's/^ENTRYPOINT \[\(.*\)\]$/\1/p' $here/Dockerfile.jvm | sed 's/, *"/\n"/g' | tr -d '"')
  read -r -a training < <(sed -n '/^RUN java .*Drive.java train/,/^$/p' $here/Dockerfile.jvm | tr -d '\\\n' | sed 's/.* -- *//')
}

# --- image --------------------------------------------------------------------------------------------------------------

drive() { "$java/bin/java" $here/Drive.java "$@"; }

train() {
  [ ! -f "$image/app/app.aot" ] || return 0
  within=300 check "training run: ${training[*]}" "$java/bin/java" $here/Drive.java train -- "${inside[@]}" rw "${training[@]}"
  if [ -f "$image/app/app.aot" ]; then
    note "the cache: $(du -m "$image/app/app.aot" | cut -f1) MiB"
  else
    fail "the training run leaves app.aot"
    return 1
  fi
}

median() { sort -n | sed -n "$(((${1} + 1) / 2))p"; }

image() {
  prepare && train || return
  # 'on' instead of the default, 'auto': then a cache that does not fit the JVM is an error, not a slow start.
  check "this JVM uses the cache" "$java/bin/java" $here/Drive.java first-order -- \
    "${inside[@]}" ro "${entry_point[0]}" -XX:AOTMode=on "${entry_point[@]:1}"

  local port replica
  port="$(free_port)"
  QUARKUS_HTTP_PORT="$(free_port)" QUARKUS_MANAGEMENT_PORT=$port PAYMENTS_PROVIDER_URL=http://127.0.0.1:9 "${inside[@]}" ro "${entry_point[@]}" >"$work/entry.log" 2>&1 &
  replica=$!
  started+=("$replica")
  if within=60 until_it_does curl -sf "http://127.0.0.1:$port/q/health/ready"; then
    pass "entry point: ${entry_point[*]}"
    note "$(grep -E '^(Uid|CapEff|NoNewPrivs):' "/proc/$replica/status" | tr '\t\n' '  ')"
    if awk '$5=="/"{print $6}' "/proc/$replica/mountinfo" | grep -q '^ro' && [ ! -e "$image/bin" ]; then
      pass "its root file system is read-only, and there is no shell in it"
    else
      fail "its root file system is read-only, and there is no shell in it" "/proc/$replica/mountinfo"
    fi
    kill "$replica"
    wait "$replica"
    local code=$?
    untrack "$replica"
    if [ $code -eq 143 ]; then pass "SIGTERM ends it"; else fail "SIGTERM ends it: exit code $code" "$work/entry.log"; fi
    if grep -v '^{' "$work/entry.log" >"$work/out"; then
      fail "every line of its log is JSON" "$work/out"
    else
      pass "every line of its log is JSON"
    fi
  else
    fail "entry point: ${entry_point[*]}" "$work/entry.log"
  fi

  # Alternating, so that a busy minute affects both.
  local with=() without=() plain=()
  for word in "${entry_point[@]}"; do [[ $word == -XX:AOTCache=* ]] || plain+=("$word"); done
  for _ in 1 2 3 4 5; do
    with+=("$(drive first-order -- "${inside[@]}" ro "${entry_point[@]}" 2>>"$work/first.log")")
    without+=("$(drive first-order -- "${inside[@]}" ro "${plain[@]}" 2>>"$work/first.log")")
  done
  local fast slow
  fast="$(printf '%s\n' "${with[@]}" | median 5)" slow="$(printf '%s\n' "${without[@]}" | median 5)"
  if [ -n "$fast" ] && [ -n "$slow" ] && [ $((fast * 100)) -le $((slow * 60)) ]; then
    pass "the first order within 60 % of the time that it takes without the cache: $((fast * 100 / slow)) %"
  else
    fail "the first order within 60 % of the time that it takes without the cache: $((fast * 100 / ${slow:-1})) %" "$work/first.log"
  fi
  note "milliseconds from the start to the first 201, with: ${with[*]}; without: ${without[*]}"
}

# --- proxy --------------------------------------------------------------------------------------------------------------

# replica 1|2: starts it.
replica() {
  local port="replica_port_$1" management="management_port_$1" command=("${inside[@]}" ro "${entry_point[@]}") place=.
  if [ -n "$version_before" ]; then
    command=("$java/bin/java" "@$PWD/$here/java.options" -jar "$version_before/quarkus-run.jar")
    place="$work/before"
    mkdir -p "$place" && ln -sfn "$work/secrets/service" "$place/config"
  fi
  (cd "$place" && QUARKUS_HTTP_PORT=${!port} QUARKUS_MANAGEMENT_PORT=${!management} \
    PAYMENTS_PROVIDER_URL=http://127.0.0.1:$provider_port QUARKUS_SHUTDOWN_DELAY=5S exec "${command[@]}") >>"$work/replica-$1.log" 2>&1 &
  replica_pid[$1]=$!
  started+=("$!")
}

ready() { curl -sf "http://127.0.0.1:$1/q/health/ready"; }
takes_requests() {
  curl -s "http://${metrics_host:-127.0.0.1}:$metrics_port/metrics" |
    grep -q "^haproxy_server_status{proxy=\"replicas\",server=\"replica-$1\",state=\"UP\"} 1"
}
both_take_requests() { within=60 until_it_does takes_requests 1 && within=60 until_it_does takes_requests 2; }
status() { curl -s -o /dev/null -w '%{http_code}' --path-as-is --max-time 20 "$@"; }
# The number of requests that the proxy sent again: to the same replica, or to the other one.
retries() {
  curl -s "http://${metrics_host:-127.0.0.1}:$metrics_port/metrics" |
    awk '/^haproxy_server_(retry|redispatch)_warnings_total{proxy="replicas"/{sum += $2} END{print sum + 0}'
}

declare -A replica_pid
# The version that replicas begin as; empty for the version that is checked.
version_before="$from"
stack() {
  [ -z "${stack:-}" ] || return "$stack"
  stack=1
  prepare && train || return 1
  has haproxy || { skip "proxy and metrics (apt-get install haproxy)" && return 1; }
  replica_port_1="$(free_port)" replica_port_2="$(free_port)"
  management_port_1="$(free_port)" management_port_2="$(free_port)"
  proxy_port="$(free_port)" metrics_port="$(free_port)" provider_port="$(free_port)"
  export DATABASE_URL=postgresql://127.0.0.1:$pg_port/orders
  HTTP_PORT=$provider_port haproxy -db -f $here/provider.cfg >"$work/provider.log" 2>&1 &
  started+=($!)
  replica 1
  within=60 until_it_does ready "$management_port_1" || { fail "replica 1 starts" "$work/replica-1.log" && return 1; }
  replica 2
  HTTP_PORT=$proxy_port METRICS_PORT=$metrics_port REPLICA_1=127.0.0.1:$replica_port_1 REPLICA_2=127.0.0.1:$replica_port_2 \
    HEALTH_1=$management_port_1 HEALTH_2=$management_port_2 SOURCE_CONNECTIONS=2000 SOURCE_REQUESTS=100000 haproxy -db -f $here/haproxy.cfg >"$work/proxy.log" 2>&1 &
  started+=($!)
  if ! both_take_requests; then fail "two replicas behind the proxy" "$work/proxy.log" && return 1; fi
  pass "two replicas behind the proxy"
  address=http://127.0.0.1:$proxy_port
  stack=0
}

hidden() {
  local path code open=""
  for path in /q /q/ /q/health /q/health/ready /q/metrics /q/openapi /Q/metrics /%71/metrics /q%2Fmetrics //q/metrics \
    /./q/metrics /x/../q/metrics /%2e/q/metrics /x/%2e%2e/q/metrics '/q;x/metrics' '/q\metrics' /%2571/metrics; do
    code="$(status "$address$path")"
    case "$code" in 400 | 404) ;; *) open="$open $path ($code)" ;; esac
  done
  [ -z "$open" ] || { echo "answered:$open" && return 1; }
}

# An order and its payment, as a buyer sends them; with a token as an operator makes it.
order_and_pay() {
  local token number body
  token="$(sh $here/token.sh "$ISSUER_KEY" alice)" || return 1
  local as=(-H "Authorization: Bearer $token" -H 'Content-Type: application/json')
  number="$(curl -s "$address/order-numbers?checkout=c$RANDOM$RANDOM" "${as[@]}" | sed 's/.*"number":"\([^"]*\)".*/\1/')"
  body='{"orderNumber":"'$number'","currency":"EUR","total":4200,
    "lines":[{"productCode":"'$number'","name":"Green tea","quantity":2,"unitPrice":2100}]}'
  for expected in 201 200; do
    [ "$(status "$address/orders" "${as[@]}" -d "$body")" = $expected ] || return 1
  done
  curl -s "$address/orders/$number/payments" "${as[@]}" \
    -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" -d '{"method":"card"}' | tee /dev/stderr | grep -q CAPTURED
}

# A client that never ends its headers, and one that never ends its body.
dribble() {
  local text="$1" answer begun=$SECONDS
  exec 3<>"/dev/tcp/127.0.0.1/$proxy_port" || return 1
  printf '%b' "$text" >&3
  answer="$(timeout 15 head -1 <&3)"
  exec 3>&-
  echo "after $((SECONDS - begun)) s: $answer"
  [[ $answer == *" 408 "* ]]
}

# Stops and starts both, one after the other, as an upgrade does; the proxy is not notified.
rolling_restart() {
  local one begun port code
  version_before=""
  for one in 1 2; do
    begun=$SECONDS
    port="management_port_$one"
    kill "${replica_pid[$one]}"
    sleep 1.5
    # 503: it still answers, and accepts no more requests. 000: it has ended already.
    code="$(status "http://127.0.0.1:${!port}/q/health/ready")"
    wait "${replica_pid[$one]}" 2>/dev/null
    untrack "${replica_pid[$one]}"
    note "replica $one: readiness $code after 1.5 s, ended $((SECONDS - begun)) s after SIGTERM"
    [ "$code" = 503 ] || leaves_first=no
    begun=$SECONDS
    replica $one
    # Its own readiness first: the proxy may not have noticed that it was unavailable.
    within=60 until_it_does ready "${!port}" && sleep 1 && within=60 until_it_does takes_requests $one || return 1
    note "and takes requests again $((SECONDS - begun)) s after its start"
  done
}

# A proxy with limits that a few connections reach, in front of the same replicas.
one_source() {
  local port stats held=() codes
  port="$(free_port)" stats="$(free_port)"
  HTTP_PORT=$port METRICS_PORT=$stats REPLICA_1=127.0.0.1:$replica_port_1 REPLICA_2=127.0.0.1:$replica_port_2 \
    HEALTH_1=$management_port_1 HEALTH_2=$management_port_2 SOURCE_CONNECTIONS=5 SOURCE_REQUESTS=20 \
    haproxy -db -f $here/haproxy.cfg >"$work/source.log" 2>&1 &
  local bounded=$!
  started+=($bounded)
  within=30 until_it_does curl -sf -o /dev/null "http://127.0.0.1:$port/problems" || return 1
  for _ in 1 2 3 4 5; do exec {one}<>"/dev/tcp/127.0.0.1/$port" && held+=("$one"); done
  # The sixth gets no answer; without the others it does.
  codes="sixth $(status "http://127.0.0.1:$port/problems")"
  for one in "${held[@]}"; do exec {one}>&-; done
  codes="$codes, then $(status "http://127.0.0.1:$port/problems")"
  for _ in $(seq 25); do status "http://127.0.0.1:$port/problems" >/dev/null; done
  codes="$codes, after 25 more $(status "http://127.0.0.1:$port/problems")"
  kill $bounded
  untrack $bounded
  echo "$codes"
  [ "$codes" = "sixth 000, then 200, after 25 more 429" ]
}

proxy() {
  stack || return
  check "the connections and requests of one source are limited" one_source
  check "no path below /q/ is reachable from outside, however it is written" hidden
  check "an order through the proxy, its repeat, and its payment by the stand-in provider" order_and_pay
  check "headers that do not end are cut off" dribble 'GET /problems HTTP/1.1\r\nHost: x\r\n'
  check "a body that does not end is cut off" dribble 'POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'

  local before load leaves_first=yes what="a rolling restart"
  [ -z "$version_before" ] || what="a rolling upgrade"
  before="$(retries)"
  drive load "$address" 50 60 >"$work/load" 2>&1 &
  load=$!
  sleep 5
  if rolling_restart; then
    if [ $leaves_first = yes ]; then
      pass "readiness fails first"
    else
      fail "readiness fails first (it does if quarkus.shutdown.delay-enabled was set at the build)"
    fi
    if wait $load; then
      pass "$what of both replicas under load loses no request"
    else
      fail "$what of both replicas under load loses no request"
    fi
  else
    fail "both replicas are ready again" "$work/replica-1.log"
    wait $load
  fi
  sed 's/^/      /' "$work/load"
  note "sent again by the proxy: $(($(retries) - before)) requests"

  before="$(retries)"
  drive load "$address" 25 60 >"$work/load" 2>&1 &
  load=$!
  sleep 5
  kill -9 "${replica_pid[1]}"
  wait "${replica_pid[1]}" 2>/dev/null
  untrack "${replica_pid[1]}"
  replica 1
  wait $load
  if grep -q ' 0 of [0-9]* orders missing' "$work/load" && ! grep -q 'never answered' "$work/load"; then
    pass "a replica killed under load: every order that was answered exists, every client gets its response in the end"
  else
    fail "a replica killed under load: every order that was answered exists, every client gets its response in the end"
  fi
  sed 's/^/      /' "$work/load"
  note "sent again by the proxy: $(($(retries) - before)) requests"
  if grep -hE '"level":"(ERROR|FATAL)"' "$work"/replica-?.log >"$work/out"; then
    fail "no replica logged an error" "$work/out"
  else
    pass "no replica logged an error"
  fi
}

# --- metrics ------------------------------------------------------------------------------------------------------------

metrics() {
  stack || return
  if [ -n "$version_before" ]; then skip "metrics (of the version before; add the part proxy)" && return; fi
  if ! has prometheus || ! has node; then skip "metrics (apt-get install prometheus nodejs)" && return; fi
  both_take_requests
  local port
  port="$(free_port)"
  # The same file with other addresses.
  sed -e "s/order-once-1:8080/127.0.0.1:$replica_port_1/" -e "s/order-once-2:8080/127.0.0.1:$replica_port_2/" \
    -e "s/proxy:8404/127.0.0.1:$metrics_port/" -e "s/localhost:9090/127.0.0.1:$port/" $here/prometheus.yml >"$work/prometheus.yml"
  cp $here/prometheus-rules.yml "$work/"
  prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address=127.0.0.1:"$port" \
    >"$work/prometheus.log" 2>&1 &
  started+=($!)
  drive exercise "$address" >"$work/out" 2>&1 || fail "the replicas answer requests to every operation" "$work/out"
  # Three scrapes: then counters have a rate.
  sleep 16
  if timeout 60 node $here/check/metrics.mjs http://127.0.0.1:"$port" $here/grafana/dashboards/order-once.json >"$work/out" 2>&1; then
    pass "every metric and label of the rules and the dashboard is scraped: $(tail -1 "$work/out")"
  else
    fail "every metric and label of the rules and the dashboard is scraped" "$work/out" 60
  fi
  if curl -s "http://127.0.0.1:$port/api/v1/targets" | grep -q '"health":"down"'; then
    fail "Prometheus reaches all that prometheus.yml names"
  else
    pass "Prometheus reaches all that prometheus.yml names"
  fi
}

# --- containers -----------------------------------------------------------------------------------------------------------

# Both read and write one store of images.
oci() {
  local program="$1"
  shift
  TMPDIR="$work/oci-tmp" "$program" --root "$work/oci" --runroot "$work/oci-run" --storage-driver vfs "$@"
}
# build_image TAG [OPTION …] [FILE]: from a Dockerfile; nothing is pulled.
build_image() {
  local tag="$1"
  shift
  oci buildah bud --isolation chroot --pull=never --ulimit "nofile=$(ulimit -Hn):$(ulimit -Hn)" --tag "$tag" "$@"
}

# copy_home FROM TO: with what its links name elsewhere, where Debian keeps a JDK's certificates; links within stay links,
# because native-image finds its home by one.
copy_home() {
  cp -r --preserve=all "$1" "$2"
  find "$2" -type l -printf '%P\n' | while read -r link; do
    case "$(readlink -f "$1/$link")" in
      "$(realpath "$1")"/*) ;;
      *) cp -rL --remove-destination --preserve=all "$1/$link" "$2/$link" ;;
    esac
  done
}

# stand_in NAME [HOME]: builds the image of this name, which cannot be pulled, from the Dockerfile in standard input.
stand_in() {
  local place
  place="$(mktemp -d "$work/stand-in.XXXXXX")"
  cat >"$place/Dockerfile"
  [ -z "${2:-}" ] || copy_home "$2" "$place/home"
  local name="docker.io/library/$1"
  case "$1" in */*) name="docker.io/$1" ;; esac
  build_image "$name" "$place" && oci buildah tag "$name" "localhost/$1"
  local code=$?
  rm -rf "$place"
  return $code
}

stand_ins() {
  local release mandrel="${GRAALVM_HOME:-}"
  release="$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)"
  debootstrap --variant=minbase --include=ca-certificates "$release" "$work/debian" || return 1
  # Once for all that are built on it.
  chroot "$work/debian" apt-get update || return 1
  tar -C "$work/debian" -c . | engine import - docker.io/library/debian:12-slim || return 1
  rm -rf "$work/debian"
  oci buildah tag docker.io/library/debian:12-slim localhost/debian:12-slim docker.io/library/debian:13-slim localhost/debian:13-slim
  # The JDK in both: a cache is good for the files of one JVM.
  stand_in eclipse-temurin:25-jdk "$java" <<'DOCKERFILE' || return 1
FROM debian:12-slim
RUN apt-get install -y --no-install-recommends curl unzip
COPY home /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
DOCKERFILE
  stand_in eclipse-temurin:25-jre "$java" <<'DOCKERFILE' || return 1
FROM debian:12-slim
COPY home /opt/java/openjdk
RUN rm -rf /opt/java/openjdk/jmods /opt/java/openjdk/lib/src.zip /opt/java/openjdk/include
DOCKERFILE
  stand_in haproxy:2.6 <<'DOCKERFILE' || return 1
FROM debian:12-slim
RUN apt-get install -y --no-install-recommends haproxy
USER haproxy
ENTRYPOINT ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
DOCKERFILE
  stand_in redis:7 <<'DOCKERFILE' || return 1
FROM debian:12-slim
RUN apt-get install -y --no-install-recommends redis-server && mkdir /data && chown redis /data
USER redis
WORKDIR /data
DOCKERFILE
  stand_in alpine/openssl:3.5.4 <<'DOCKERFILE' || return 1
FROM debian:12-slim
RUN apt-get install -y --no-install-recommends openssl
DOCKERFILE
  # With as much of the image's entry point as compose.yaml uses.
  stand_in postgres:18 <<'DOCKERFILE' || return 1
FROM debian:12-slim
RUN apt-get install -y --no-install-recommends postgresql && rm -rf /var/lib/postgresql/* \
    && for each in /usr/lib/postgresql/*/bin/*; do ln -sf "$each" /usr/local/bin/; done
RUN printf '%s\n' 'set -e' 'data=/var/lib/postgresql/data' 'mkdir -p $data && chown -R postgres $data /run/postgresql' \
    'as="setpriv --reuid postgres --regid postgres --clear-groups"' \
    'if [ ! -s $data/PG_VERSION ]; then' \
    '  $as initdb -D $data -U $POSTGRES_USER -E UTF8 --locale C --auth-host scram-sha-256 --pwfile $POSTGRES_PASSWORD_FILE' \
    '  echo "CREATE DATABASE $POSTGRES_DB" | $as postgres --single -D $data postgres' \
    '  echo "host all all all scram-sha-256" >>$data/pg_hba.conf' \
    'fi' 'shift' 'exec $as postgres -D $data -c "listen_addresses=*" "$@"' >/entry
ENTRYPOINT ["sh", "/entry"]
DOCKERFILE
  [ -x "$mandrel/bin/native-image" ] || return 0
  stand_in mandrel-builder:jdk-25 "$mandrel" <<'DOCKERFILE'
FROM debian:12-slim
RUN apt-get install -y --no-install-recommends curl unzip gcc libc6-dev zlib1g-dev \
    && useradd --uid 1001 --create-home quarkus && mkdir /code && chown quarkus /code
COPY home /opt/mandrel
ENV JAVA_HOME=/opt/mandrel GRAALVM_HOME=/opt/mandrel PATH=/opt/mandrel/bin:/usr/local/bin:/usr/bin:/bin
DOCKERFILE
}

# lend_maven TARGET OWNER: this machine's Maven repository becomes the cache mount of this name, so that nothing is fetched.
lend_maven() {
  local cache
  cache="$work/oci-tmp/buildah-cache$1"
  mkdir -p "${cache%/*}" && rm -rf "$cache"
  if [ -d "$HOME/.m2" ]; then cp -a --reflink=auto "$HOME/.m2" "$cache" && chown -R "$2" "$cache"; fi
}

# The properties of an image that the manifests and compose.yaml rely on.
good_image() {
  local config user
  config="$(oci buildah inspect --type image "$1")" || return 1
  user="$(node -e 'const i=JSON.parse(require("fs").readFileSync(0));const c=i.OCIv1.config;console.log(c.User);
    for (const l of ["version","revision","licenses","title"]) if (!c.Labels["org.opencontainers.image."+l]) { console.error("no label "+l); process.exit(1); }' \
    <<<"$config")" || return 1
  [ "$user" = 65532:65532 ] || { echo "runs as $user" && return 1; }
  engine create --name looked-into --network host "$1" && engine cp looked-into:/app/bom.json "$work/bom.json" &&
    engine rm looked-into && grep -q CycloneDX "$work/bom.json"
}

# podman for podman-compose. That one gives a container without a network an empty one too; and in a network without a way out,
# podman has no name service. Health checks would be timers of systemd; here the check runs them.
podman_of_compose() {
  cat >"$work/podman" <<SCRIPT
#!/bin/bash
args=()
while [ \$# -gt 0 ]; do
  case "\$1" in
    --internal) ;;
    --net) if [ -n "\$2" ]; then args+=(--net "\$2") && shift; else shift 3; fi ;;
    *) args+=("\$1") ;;
  esac
  shift
done
export DISABLE_HC_SYSTEMD=true
TMPDIR="$work/oci-tmp" exec podman --root "$work/oci" --runroot "$work/oci-run" --storage-driver vfs --cgroup-manager cgroupfs \\
  --runtime runc --network-backend netavark --network-config-dir "$work/oci-networks" "\${args[@]}"
SCRIPT
  chmod +x "$work/podman"
}
engine() { "$work/podman" "$@"; }
# compose COMMAND …: compose.yaml as it is.
compose() {
  podman-compose --podman-path "$work/podman" --podman-run-args="$bounds" -p checked -f $here/compose.yaml "$@"
}
# The address of a container that this machine can reach.
address_of() {
  engine inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "checked_$1_1" | cut -d' ' -f1
}
ready_in() { curl -sf --max-time 5 "http://$(address_of "$1"):9000/q/health/ready"; }

# Starts services; what they depend on runs already.
starts() { compose up -d --no-build "$@"; }
# ends SERVICE: a job ends with 0.
ends() { starts "$1" && [ "$(timeout 120 "$work/podman" wait "checked_$1_1")" = 0 ]; }

# replace_container SERVICE IMAGE: as an operator upgrades it.
replace_container() {
  compose stop -t 30 "$1" && engine rm "checked_$1_1" && ORDER_ONCE_IMAGE="$2" starts "$1" &&
    within=60 until_it_does ready_in "$1" && sleep 1 && within=60 until_it_does takes_requests "${1##*-}"
}

containers() {
  local missing=() one
  for one in buildah podman podman-compose runc debootstrap iptables curl openssl node git; do has "$one" || missing+=("$one"); done
  for one in netavark aardvark-dns; do [ -x "/usr/lib/podman/$one" ] || missing+=("$one"); done
  find_java || missing+=("a JDK 25")
  if [ ${#missing[@]} -gt 0 ] || [ "$(id -u)" -ne 0 ]; then
    skip "containers: only root; missing: ${missing[*]:-nothing}" && return
  fi
  # Docker's defaults exceed the limits of some machines.
  local bounds
  bounds="--ulimit nofile=$(ulimit -Hn):$(ulimit -Hn) --ulimit nproc=4096:4096"
  podman_of_compose
  # Where buildah has the mounts of type cache: the name depends on its version.
  mkdir -p "$work/oci-tmp/buildah-cache" && ln -s buildah-cache "$work/oci-tmp/buildah-cache-0"
  note "debootstrap and this machine's JDK stand in for the base images"
  if stand_ins >"$work/out" 2>&1; then pass "stand-ins for the base images"; else fail "stand-ins for the base images" "$work/out" && return; fi

  local revision images=(order-once:1.0.0)
  revision="$(git rev-parse HEAD)"
  lend_maven /root/.m2 root
  if build_image order-once:1.0.0 --build-arg REVISION="$revision" --ignorefile $here/Dockerfile.jvm.dockerignore \
    -f $here/Dockerfile.jvm . >"$work/out" 2>&1; then
    pass "Dockerfile.jvm builds"
  else
    fail "Dockerfile.jvm builds" "$work/out" 40 && return
  fi
  if [ -x "${GRAALVM_HOME:-}/bin/native-image" ]; then
    lend_maven /home/quarkus/.m2 1001:1001
    if build_image order-once:1.0.0-native --build-arg REVISION="$revision" --build-arg BUILDER_IMAGE=mandrel-builder:jdk-25 \
      --ignorefile $here/Dockerfile.native.dockerignore -f $here/Dockerfile.native . >"$work/out" 2>&1; then
      pass "Dockerfile.native builds"
      images+=(order-once:1.0.0-native)
    else
      fail "Dockerfile.native builds" "$work/out" 40
    fi
  else
    skip "Dockerfile.native builds (GRAALVM_HOME is not the home of a native-image builder)"
  fi
  rm -rf "$work"/oci-tmp/buildah-cache*
  for one in "${images[@]}"; do
    check "$one: labels, bill of materials, a user without rights" good_image "$one"
    note "$one: $(($(engine image inspect --format '{{.Size}}' "$one") / 1048576)) MiB, of which the base $(($(engine image inspect --format '{{.Size}}' debian:12-slim) / 1048576))"
  done

  local metrics_host metrics_port=8404 load
  LISTEN="127.$((RANDOM % 200 + 10)).0.1"
  local address=http://$LISTEN:8080
  export LISTEN IDENTITY_ISSUER=https://issuer.example IDENTITY_AUDIENCE=shop
  if ends secrets >"$work/out" 2>&1 && starts postgresql redis >>"$work/out" 2>&1 &&
    within=60 until_it_does engine healthcheck run checked_postgresql_1 &&
    within=60 until_it_does engine healthcheck run checked_redis_1; then
    pass "secrets are made; PostgreSQL and Redis are healthy, by the health checks of compose.yaml"
  else
    for one in secrets postgresql redis; do engine logs "checked_${one}_1" >>"$work/out" 2>&1; done
    fail "secrets are made; PostgreSQL and Redis are healthy" "$work/out" 60 && return
  fi
  ISSUER_KEY="$(engine volume inspect --format '{{.Mountpoint}}' checked_issuer-secrets)/issuer-key.pem"
  export ISSUER_KEY
  if ORDER_ONCE_IMAGE="${images[-1]}" ends migrate >"$work/out" 2>&1; then
    pass "the migration job ends with 0"
  else
    engine logs checked_migrate_1 >>"$work/out" 2>&1
    fail "the migration job ends with 0" "$work/out" && return
  fi
  starts order-once-1 order-once-2 provider proxy >"$work/out" 2>&1
  metrics_host="$(address_of proxy)"
  if both_take_requests; then
    pass "two replicas behind the proxy, with read-only roots and without capabilities"
  else
    for one in order-once-1 proxy; do engine logs "checked_${one}_1" >>"$work/out" 2>&1; done
    fail "two replicas behind the proxy" "$work/out" 60 && return
  fi
  check "an order through the proxy, its repeat, and its payment by the stand-in provider" order_and_pay

  drive load "$address" 25 40 >"$work/load" 2>&1 &
  load=$!
  sleep 5
  kill -9 "$(engine inspect --format '{{.State.Pid}}' checked_order-once-1_1)"
  wait $load
  if grep -q ' 0 of [0-9]* orders missing' "$work/load" && ! grep -q 'never answered' "$work/load"; then
    pass "a replica killed under load: every order that was answered exists, every client gets its response in the end"
  else
    fail "a replica killed under load: every order that was answered exists, every client gets its response in the end"
  fi
  sed 's/^/      /' "$work/load"
  if within=60 until_it_does takes_requests 1; then
    pass "it was started again by its restart policy"
  else
    engine logs checked_order-once-1_1 >"$work/out" 2>&1
    fail "it was started again by its restart policy" "$work/out"
  fi

  drive load "$address" 75 40 >"$work/load" 2>&1 &
  load=$!
  sleep 5
  if replace_container order-once-1 "${images[-1]}" >"$work/out" 2>&1 &&
    replace_container order-once-2 "${images[-1]}" >>"$work/out" 2>&1; then
    if wait $load; then
      pass "both replaced under load, one after the other, by ${images[-1]}: no request is lost"
    else
      fail "both replaced under load, one after the other, by ${images[-1]}: no request is lost"
    fi
  else
    wait $load
    engine logs checked_order-once-1_1 >>"$work/out" 2>&1
    fail "both replicas can be replaced by ${images[-1]}" "$work/out" 40
  fi
  sed 's/^/      /' "$work/load"
  for one in 1 2; do note "resident in replica $one: $(sed -n 's/^VmRSS:[^0-9]*//p' "/proc/$(engine inspect --format '{{.State.Pid}}' "checked_order-once-${one}_1")/status")"; done
  check "an order through the replaced replicas" order_and_pay
}

if wants files; then files; fi
if wants twice; then twice; fi
if wants image; then image; fi
if wants proxy; then proxy; fi
if wants metrics; then metrics; fi
if wants containers; then containers; fi
echo "$passed passed, $failed failed, $skipped skipped, $SECONDS s"
[ $failed -eq 0 ]
