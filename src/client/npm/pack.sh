#!/bin/sh
# pack.sh VERSION DIRECTORY: makes DIRECTORY/order-once-VERSION.tgz, the npm package, of the files here, the module that the
# service serves, and the licence. `mvnw verify` runs it; without npm it says so and makes nothing.
set -eu
umask 022
version=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")"
if ! command -v npm >/dev/null; then
  echo "SKIPPED npm pack: no npm on this machine, so the npm package is not made"
  exit 0
fi
module=../../main/resources/META-INF/resources
rm -rf "$out/package" "$out"/order-once-*.tgz
mkdir "$out/package"
cp README.md react.js react.d.ts ../../../LICENSE \
  "$module/order-once.js" "$module/order-once-browser.js" "$module/order-once.d.ts" "$out/package"
sed "s/\${version}/$version/" package.json >"$out/package/package.json"
# npm packs the modes too, and cp keeps those of the checkout.
chmod 644 "$out/package"/*
cd "$out/package"
npm pack --silent --ignore-scripts --pack-destination "$out"
